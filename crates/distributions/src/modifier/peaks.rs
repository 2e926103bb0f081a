//! How many peaks a density may have: what its modifiers' modes hang on.

use std::any::Any;

use crate::{
    Categorical, Distribution, Hurdle, HurdleNegativeBinomial, HurdlePoisson, Interpolated, LogitNormal,
    OrderedLogistic, OrderedProbit, Transformed, ZeroInflated, ZeroInflatedBinomial,
    ZeroInflatedNegativeBinomial, ZeroInflatedPoisson,
};

/// Whether a density over numbers is known, or for the user's own promised, to rise up to one peak and fall from there on, or to fall and rise between
/// peaks at both ends: on any interval without the mode it is highest at an end.
pub(super) fn at_most_one(d: &dyn Distribution) -> bool {
    let any = d as &dyn Any;
    if let Some(image) = any.downcast_ref::<Transformed>() {
        return image.rescaled().is_some_and(|inner| at_most_one(&**inner));
    }
    let more = any.is::<LogitNormal>()
        || any.is::<Interpolated>()
        || any.is::<Categorical>()
        || any.is::<OrderedLogistic>()
        || any.is::<OrderedProbit>()
        || any.is::<Hurdle>()
        || any.is::<HurdlePoisson>()
        || any.is::<HurdleNegativeBinomial>()
        || any.is::<ZeroInflated>()
        || any.is::<ZeroInflatedPoisson>()
        || any.is::<ZeroInflatedBinomial>()
        || any.is::<ZeroInflatedNegativeBinomial>();
    !more
}
