//! `Inner`: the distribution that a modifier holds.

use std::ops::Deref;
use std::sync::Arc;

use elbo_tensor_ad::{Array, Expr};

use crate::parameter::{self, Parameter};
use crate::{Distribution, Error};

/// Any distribution, shared: what a modifier is made over. A distribution by value, a box or an [`Arc`] becomes one.
#[derive(Debug, Clone)]
pub struct Inner(Arc<dyn Distribution>);

impl<D: Distribution> From<D> for Inner {
    fn from(distribution: D) -> Self {
        Inner(Arc::new(distribution))
    }
}

impl From<Arc<dyn Distribution>> for Inner {
    fn from(distribution: Arc<dyn Distribution>) -> Self {
        Inner(distribution)
    }
}

impl From<Box<dyn Distribution>> for Inner {
    fn from(distribution: Box<dyn Distribution>) -> Self {
        Inner(distribution.into())
    }
}

impl Deref for Inner {
    type Target = dyn Distribution;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The distributions that a modifier holds, and the parameters of its own, which come after theirs.
pub(crate) struct Parts<'a> {
    pub name: &'static str,
    pub inner: &'a [Inner],
    pub own: Vec<Parameter>,
}

impl Parts<'_> {
    pub(crate) fn parameters(&self) -> Vec<Parameter> {
        self.inner.iter().flat_map(|d| d.parameters()).chain(self.own.iter().cloned()).collect()
    }

    /// Such a list taken apart again: that of each inner distribution, then the modifier's own.
    pub(crate) fn split<'a, T>(&self, all: &'a [T]) -> Result<(Vec<&'a [T]>, &'a [T]), Error> {
        let counts: Vec<usize> = self.inner.iter().map(|d| d.parameters().len()).collect();
        let expected = counts.iter().sum::<usize>() + self.own.len();
        if all.len() != expected {
            return Err(Error::ParameterCount { distribution: self.name, expected, found: all.len() });
        }
        let mut rest = all;
        let mut lists = Vec::new();
        for count in counts {
            let (list, after) = rest.split_at(count);
            lists.push(list);
            rest = after;
        }
        Ok((lists, rest))
    }

    /// The inner distributions with other parameters, and those that are the modifier's own.
    pub(crate) fn again<'a>(&self, all: &'a [Expr]) -> Result<(Vec<Inner>, &'a [Expr]), Error> {
        let (lists, own) = self.split(all)?;
        let inner = self
            .inner
            .iter()
            .zip(lists)
            .map(|(d, list)| Ok(Inner::from(d.with_parameters(list)?)))
            .collect::<Result<_, Error>>()?;
        Ok((inner, own))
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for d in self.inner {
            d.check()?;
        }
        parameter::check(self.name, &self.own)?;
        parameter::check_shapes(self.name, &self.parameters())
    }

    pub(crate) fn check_values(&self, all: &[Array<f64>]) -> Result<(), Error> {
        let (lists, own) = self.split(all)?;
        for (d, list) in self.inner.iter().zip(lists) {
            d.check_values(list)?;
        }
        parameter::check_values(self.name, &self.own, own)
    }
}

/// Of a modifier over one distribution, in its field `inner`, with parameters of its own: what has to do with parameters.
macro_rules! modifier {
    ($name:ident { $($field:ident),* } $(, $check:ident)?) => {
        fn name(&self) -> &'static str {
            stringify!($name)
        }

        fn parameters(&self) -> Vec<$crate::Parameter> {
            self.parts().parameters()
        }

        #[allow(clippy::needless_update)]
        fn with_parameters(
            &self,
            parameters: &[elbo_tensor_ad::Expr],
        ) -> Result<Box<dyn $crate::Distribution>, $crate::Error> {
            let (mut inner, own) = self.parts().again(parameters)?;
            let [$($field),*] = $crate::parameter::exactly(stringify!($name), own)?;
            Ok(Box::new($name { inner: inner.remove(0), $($field: $field.clone(),)* ..self.clone() }))
        }

        fn check(&self) -> Result<(), $crate::Error> {
            $(self.$check()?;)?
            self.parts().check()
        }

        fn check_values(&self, parameters: &[elbo_tensor_ad::Array<f64>]) -> Result<(), $crate::Error> {
            self.parts().check_values(parameters)
        }
    };
}
pub(crate) use modifier;
