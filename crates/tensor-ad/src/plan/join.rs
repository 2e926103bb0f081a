//! Instructions that read the same columns, or of which one reads what another writes and nothing else does, become one.

use std::collections::HashMap;

use super::arena::{VIRTUAL, each_place};
use super::instr::{
    Arg, ColumnsRef, Finish, Fold, Instr, Map, Phase, Ref, Run, Scalar, ScalarFunction, SumsTo,
};
use crate::kernels::{self, Binary, Ternary, Unary};

/// The instructions of one part, by place in it; what has become part of another is gone.
type Slots = Vec<Option<Instr>>;

/// Joins what it can. Places are still as they were given out: every block storage and every fixed place is written by one task.
/// `storages` and `places` are where those start and how long they are.
pub(super) fn join(
    phases: &mut [Phase],
    runs: &mut [Run],
    storages: &[(usize, usize)],
    places: &[(usize, usize)],
    block: usize,
) {
    let users = Users::new(phases, runs, storages, places);
    for (p, phase) in phases.iter_mut().enumerate() {
        let mut slots: Slots = phase.instrs.drain(..).map(Some).collect();
        let part = Part { p, users: &users, runs, block };
        for i in 0..slots.len() {
            if phase.streamed {
                part.bernoulli(&mut slots, i);
                part.product_and_tanh(&mut slots, i);
                part.layer_gradient(&mut slots, i);
            } else {
                part.sums_of_squares(&mut slots, i);
                part.map_and_store(&mut slots, i);
            }
        }
        phase.instrs.extend(slots.into_iter().flatten());
    }
}

/// Which instructions name which storage: `(part, place in it)`.
struct Users<'a> {
    storages: &'a [(usize, usize)],
    places: &'a [(usize, usize)],
    named: HashMap<Storage, Vec<(usize, usize)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Storage {
    Block(usize),
    Fixed(usize),
}

impl<'a> Users<'a> {
    fn new(
        phases: &mut [Phase],
        runs: &mut [Run],
        storages: &'a [(usize, usize)],
        places: &'a [(usize, usize)],
    ) -> Self {
        let mut named: HashMap<Storage, Vec<(usize, usize)>> = HashMap::new();
        let users = Users { storages, places, named: HashMap::new() };
        for (p, phase) in phases.iter_mut().enumerate() {
            for (i, instr) in phase.instrs.iter_mut().enumerate() {
                each_place(instr, runs, &mut |at: &mut Ref| {
                    if let Some((storage, _)) = users.storage(*at) {
                        let named = named.entry(storage).or_default();
                        if named.last() != Some(&(p, i)) {
                            named.push((p, i));
                        }
                    }
                });
            }
        }
        Users { named, ..users }
    }

    /// What the place lies in, and how long that is; `None` for a place in an input.
    fn storage(&self, at: Ref) -> Option<(Storage, usize)> {
        if at.space.input().is_some() {
            return None;
        }
        let block = at.offset >= VIRTUAL;
        let all = if block { self.storages } else { self.places };
        let k = all.partition_point(|&(start, _)| start <= at.offset).checked_sub(1)?;
        let storage = if block { Storage::Block(k) } else { Storage::Fixed(k) };
        Some((storage, all[k].1))
    }

    /// The instructions of part `p` that name the storage of `at`, instruction `i` apart; `None` where another part does.
    fn others(&self, at: Ref, (p, i): (usize, usize)) -> Option<Vec<usize>> {
        let (storage, _) = self.storage(at)?;
        let named = self.named.get(&storage)?;
        let here = named.iter().all(|&(part, _)| part == p);
        here.then(|| named.iter().map(|&(_, k)| k).filter(|&k| k != i).collect())
    }
}

/// One part of a program.
struct Part<'a> {
    p: usize,
    users: &'a Users<'a>,
    runs: &'a [Run],
    block: usize,
}

impl Part<'_> {
    /// The only stretch of this function.
    fn run_of(&self, instr: Option<&Instr>, function: Map) -> Option<&Run> {
        match instr {
            Some(Instr::Map { map, first, last }) if *map == function && first + 1 == *last => {
                Some(&self.runs[*first])
            }
            _ => None,
        }
    }

    /// A softplus that is only subtracted within a sum of `y x - softplus(x)`, and a sigmoid of the same that is only subtracted from the
    /// same `y`.
    fn bernoulli(&self, slots: &mut Slots, i: usize) -> Option<()> {
        let (x, softplus, sigmoid) = match slots[i].as_ref()? {
            &Instr::SoftplusAndSigmoid { x, count: 1, distance, out, .. } => {
                (x, out, Some(out.plus(distance)))
            }
            instr => {
                let run =
                    self.run_of(Some(instr), Map::Unary(Unary::Softplus)).filter(|run| run.count == 1)?;
                let Arg::Slice(x) = run.args[0] else { return None };
                (x, run.out, None)
            }
        };
        let others = self.users.others(softplus, (self.p, i))?;
        let (fold, residual) = match (&others[..], sigmoid) {
            (&[fold], None) => (fold, None),
            (&[j, k], Some(sigmoid)) => {
                let (fold, k) = if let Some(Instr::FoldRows { .. }) = slots[j] { (j, k) } else { (k, j) };
                (fold, Some((k, sigmoid)))
            }
            _ => return None,
        };
        let &Instr::FoldRows { fold: Fold::Of(Ternary::MulSub), a: y, b, c, out } = slots[fold].as_ref()?
        else {
            return None;
        };
        if b != x || c != Arg::Slice(softplus) || y == Arg::Slice(softplus) {
            return None;
        }
        let mut at = fold;
        let (mut slope, mut scale) = (None, None);
        if let Some((k, sigmoid)) = residual {
            let run =
                self.run_of(slots[k].as_ref(), Map::Binary(Binary::Sub)).filter(|run| run.count == 1)?;
            if run.args[0] != y || run.args[1] != Arg::Slice(sigmoid) {
                return None;
            }
            slope = Some(run.out);
            if let Some((m, factor, out)) = self.scaled(slots, run.out, k) {
                (slope, scale) = (Some(out), Some(factor));
                slots[m] = None;
            }
            slots[k] = None;
            at = at.min(k);
        }
        slots[i] = None;
        slots[fold] = None;
        slots[at] = Some(Instr::Bernoulli { y, x, out, slope, scale });
        Some(())
    }

    /// Where the column that instruction `k` writes at `from` is only multiplied by a number: the multiplication, that number, and the result.
    fn scaled(&self, slots: &Slots, from: Ref, k: usize) -> Option<(usize, Ref, Ref)> {
        let [m] = self.users.others(from, (self.p, k))?[..] else { return None };
        let run = self.run_of(slots[m].as_ref(), Map::Binary(Binary::Mul)).filter(|run| run.count == 1)?;
        match run.args[..2] {
            [Arg::Scalar(factor), Arg::Slice(at)] | [Arg::Slice(at), Arg::Scalar(factor)] if at == from => {
                Some((m, factor, run.out))
            }
            _ => None,
        }
    }

    /// A product whose columns only go through `tanh`.
    fn product_and_tanh(&self, slots: &mut Slots, i: usize) -> Option<()> {
        let &Instr::Product { x, w, finish: Finish::Plain, out, padded } = slots[i].as_ref()? else {
            return None;
        };
        let [k] = self.users.others(out.at, (self.p, i))?[..] else { return None };
        let run = self.run_of(slots[k].as_ref(), Map::Unary(Unary::Tanh))?;
        // Products that are left to faer are not finished here.
        let ours = !kernels::pays(self.block, x.count, out.count);
        let side_by_side = ours && (out.count == 1 || out.stride == self.block);
        if run.args[0] != Arg::Slice(out.at)
            || run.count != out.count
            || !side_by_side
            || run.out.offset < VIRTUAL
        {
            return None;
        }
        let out = ColumnsRef { at: run.out, stride: self.block, count: out.count };
        slots[k] = None;
        slots[i] = Some(Instr::Product { x, w, finish: Finish::Tanh, out, padded });
        Some(())
    }

    /// What goes back through a layer, and the sums for the layer's weights.
    fn layer_gradient(&self, slots: &mut Slots, i: usize) -> Option<()> {
        let &Instr::Product { x: g, w, finish: Finish::TanhPullback(a), out: back, padded } =
            slots[i].as_ref()?
        else {
            return None;
        };
        let beside = (0..slots.len()).find_map(|k| match slots[k] {
            Some(Instr::TransposedProduct { a: other, g: same, to: SumsTo::Place(to) }) => {
                let rows = other == a && same == g && to.row_stride == g.count && to.column_stride == 1;
                rows.then_some((k, to.at))
            }
            _ => None,
        });
        let (k, to) = beside?;
        if !kernels::is_small_layer(a.count, g.count) {
            return None;
        }
        slots[i] = None;
        slots[k] = None;
        slots[i.min(k)] = Some(Instr::LayerGradient { a, g, w, to, back, padded });
        Some(())
    }

    /// `c Σ a² + k` and, added to it, the same of the numbers next to these: one sum. So are the priors of a model's weights, which lie side by
    /// side.
    fn sums_of_squares(&self, slots: &mut Slots, i: usize) -> Option<()> {
        let Instr::Scalars(list) = slots[i].as_mut()? else { return None };
        // Read by this list alone, and there once.
        let once = |list: &[Scalar], at: Ref| {
            let reads = list.iter().flat_map(|s| s.operands()).filter(|&&arg| arg == at).count();
            reads == 1 && self.users.others(at, (self.p, i)).is_some_and(|others| others.is_empty())
        };
        let mut first = 0;
        while first + 1 < list.len() {
            if let Some(next) = neighbour(list, first, once) {
                let ScalarFunction::Dot(more) = list[next].function else { break };
                if let ScalarFunction::Dot(count) = &mut list[first].function {
                    *count += more;
                }
                // `x + (c Σ b² + k)` is now `x + k`.
                let Scalar { args: [_, _, k], out: added, .. } = list[next + 1];
                let Scalar { args: [x, y, _], out, .. } = list[next + 2];
                let x = if x == added { y } else { x };
                list[next + 2] = Scalar { function: ScalarFunction::Add, args: [x, k, k], out };
                list.drain(next..next + 2);
            } else {
                first += 1;
            }
        }
        Some(())
    }

    /// A function of whole values that is an output and nothing else.
    fn map_and_store(&self, slots: &mut Slots, i: usize) -> Option<()> {
        let &Instr::Store { from, offsets: None, count, output } = slots[i].as_ref()? else { return None };
        let [k] = self.users.others(from, (self.p, i))?[..] else { return None };
        let &Instr::Map { map, first, last } = slots[k].as_ref()? else { return None };
        let run = &self.runs[first];
        let (_, length) = self.users.storage(run.out)?;
        if first + 1 != last || run.out != from || run.count != count || count > length || k > i {
            return None;
        }
        slots[k] = None;
        slots[i] = Some(Instr::MapTo { map, args: run.args, count, output });
        Some(())
    }
}

/// Where in the list a sum of squares begins that continues the one at `first` and is added to it, times the same number: a sum of squares, what is
/// made of it, and the addition.
fn neighbour(list: &[Scalar], first: usize, once: impl Fn(&[Scalar], Ref) -> bool) -> Option<usize> {
    let squares = |k: usize| match list[k].function {
        ScalarFunction::Dot(count) if list[k].args[0] == list[k].args[1] => Some((list[k].args[0], count)),
        _ => None,
    };
    // The factor, where the next makes `c Σ + k` of it.
    let scaled = |k: usize| {
        let next = list.get(k + 1)?;
        let [c, sum, _] = next.args;
        let made = next.function == ScalarFunction::MulAdd && sum == list[k].out && once(list, sum);
        made.then_some(c)
    };
    let (at, count) = squares(first)?;
    let factor = scaled(first)?;
    // The running total that the first sum is part of, and where it was added up last.
    let mut total = list[first + 1].out;
    for k in first + 2..list.len() {
        let &Scalar { function: ScalarFunction::Add, args: [x, y, _], out } = &list[k] else { continue };
        if x != total && y != total || x == y || !once(list, total) {
            continue;
        }
        if let Some(next) = k.checked_sub(2).filter(|&next| next > first + 1)
            && squares(next).is_some_and(|(other, _)| other == at.plus(count))
            && scaled(next) == Some(factor)
            && [x, y].contains(&list[next + 1].out)
            && once(list, list[next + 1].out)
        {
            return Some(next);
        }
        total = out;
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Binding, Dim, Expr, Plan, grad};

    /// The names of a program's instructions.
    fn names(outputs: &[Expr], bindings: &[(&str, &[usize])]) -> Vec<String> {
        let plan = Plan::<f64>::compile(outputs).unwrap();
        let shape = |name: &str| bindings.iter().find(|(n, _)| *n == name).unwrap().1;
        let bound: Vec<_> = plan.inputs().iter().map(|i| Binding::columns(shape(&i.name))).collect();
        let workspace = plan.bind(&bound).unwrap();
        let name =
            |instr: &Instr| format!("{instr:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
        workspace.program().phases.iter().flat_map(|p| p.instrs.iter().map(name)).collect()
    }

    #[test]
    fn a_network_on_a_batch_is_few_instructions() {
        let z = Expr::input("z", [40]);
        let x = Expr::input("x", ["obs".into(), Dim::Fixed(2)]);
        let y = Expr::input("y", ["obs"]);
        let layer = |from, shape: [usize; 2]| z.slice(0, from, shape[0] * shape[1]).reshape(shape);
        let (a, b, c) = (layer(0, [2, 5]), layer(10, [5, 5]), z.slice(0, 35, 5));
        let logit = x.matmul(&a).tanh().matmul(&b).tanh().matmul(&c);
        let likelihood = (&y * &logit - logit.softplus()).sum();
        let prior = |w: &Expr, constant: f64| w.square().sum() * -0.5 - constant;
        let priors = prior(&a, 9.0) + prior(&b, 23.0) + prior(&c, 5.0);
        let value = priors + likelihood * (Expr::constant(500.0) / Expr::size("obs"));
        let gradient = grad(&value, &[z]).unwrap().remove(0);
        let shapes: [(&str, &[usize]); 3] = [("z", &[40]), ("x", &[50, 2]), ("y", &[50])];
        let found = names(&[value, gradient], &shapes);
        let once = ["Fill", "Scalars", "Map"];
        let rows = [
            "Product",
            "Product",
            "Product",
            "Bernoulli",
            "LayerGradient",
            "LayerGradient",
            "TransposedProduct",
        ];
        assert_eq!(found, [&once[..], &rows, &["MapTo", "MapTo"]].concat());
    }
}
