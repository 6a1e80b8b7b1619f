//! `$group` and its accumulators.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::bson;
use super::budget::Held;
use super::expr::{Env, Expr, Names, merge_into, parse};
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// A field of a group, as written.
#[derive(Debug)]
pub struct Accumulator {
    field: String,
    kind: Kind,
    expr: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sum,
    Avg,
    Min,
    Max,
    First,
    Last,
    Push,
    AddToSet,
    Count,
    StdDevPop,
    StdDevSamp,
    MergeObjects,
}

/// The stage `$group`.
#[derive(Debug)]
pub struct Group {
    id: Expr,
    fields: Vec<Accumulator>,
}

impl Group {
    /// A group by an expression.
    pub fn new(id: Expr, fields: Vec<Accumulator>) -> Self {
        Self { id, fields }
    }

    /// Reads the argument of `$group`.
    ///
    /// # Errors
    /// 102 for unknown accumulators and bad expressions.
    pub fn parse(spec: &Map, names: &Names) -> Result<Self> {
        let id = spec.get("_id").ok_or_else(|| Error::query("a group specification must include an _id"))?;
        Ok(Self { id: parse(id, names)?, fields: accumulators(spec, "_id", names)? })
    }
}

/// Reads accumulator fields, all but one that is none.
pub fn accumulators(spec: &Map, besides: &str, names: &Names) -> Result<Vec<Accumulator>> {
    spec.iter().filter(|(field, _)| *field != besides).map(|(field, value)| accumulator(field, value, names)).collect()
}

fn accumulator(field: &str, value: &Value, names: &Names) -> Result<Accumulator> {
    if field.contains('.') {
        return Err(Error::query(format!("The field name '{field}' cannot contain '.'")));
    }
    if field.starts_with('$') {
        return Err(Error::query(format!("The field name '{field}' cannot be an operator name")));
    }
    let map = value.as_object().filter(|m| m.keys().next().is_some_and(|k| k.starts_with('$')));
    let Some((name, arg)) = map.and_then(|m| m.iter().next()) else {
        return Err(Error::query(format!("The field '{field}' must be an accumulator object")));
    };
    if map.is_some_and(|m| m.len() > 1) {
        return Err(Error::query(format!("The field '{field}' must specify one accumulator")));
    }
    let kind = match name.as_str() {
        "$sum" => Kind::Sum,
        "$avg" => Kind::Avg,
        "$min" => Kind::Min,
        "$max" => Kind::Max,
        "$first" => Kind::First,
        "$last" => Kind::Last,
        "$push" => Kind::Push,
        "$addToSet" => Kind::AddToSet,
        "$count" => Kind::Count,
        "$stdDevPop" => Kind::StdDevPop,
        "$stdDevSamp" => Kind::StdDevSamp,
        "$mergeObjects" => Kind::MergeObjects,
        other => return Err(Error::query(format!("unknown group operator '{other}'"))),
    };
    if kind == Kind::Count && arg.as_object().is_none_or(|m| !m.is_empty()) {
        return Err(Error::query("$count takes no arguments, i.e. $count:{}"));
    }
    let unary = !matches!(arg, Value::Array(list) if list.len() != 1) || matches!(kind, Kind::Push | Kind::AddToSet);
    if !unary {
        return Err(Error::query(format!("The {name} accumulator is a unary operator")));
    }
    let arg = match arg {
        Value::Array(list) if !matches!(kind, Kind::Push | Kind::AddToSet) => list.first().unwrap_or(arg),
        other => other,
    };
    Ok(Accumulator { field: field.to_owned(), kind, expr: parse(arg, names)? })
}

/// A sum that keeps what rounding would lose (Neumaier).
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, n: f64) {
        let total = self.sum + n;
        self.lost += if self.sum.abs() >= n.abs() { (self.sum - total) + n } else { (n - total) + self.sum };
        self.sum = total;
    }

    /// The sum.
    pub fn value(&self) -> f64 {
        if self.lost.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

enum State {
    Numbers {
        sum: Sum,
        n: f64,
    },
    /// Mean and sum of squared differences (Welford).
    Spread {
        n: f64,
        mean: f64,
        square: f64,
    },
    One(Option<Value>),
    List(Vec<Value>),
    Set(HashMap<Vec<u8>, usize>, Vec<Value>),
    Object(Map),
}

impl Accumulator {
    fn start(&self) -> State {
        match self.kind {
            Kind::Sum | Kind::Avg | Kind::Count => State::Numbers { sum: Sum::default(), n: 0.0 },
            Kind::StdDevPop | Kind::StdDevSamp => State::Spread { n: 0.0, mean: 0.0, square: 0.0 },
            Kind::Min | Kind::Max | Kind::First | Kind::Last => State::One(None),
            Kind::Push => State::List(Vec::new()),
            Kind::AddToSet => State::Set(HashMap::new(), Vec::new()),
            Kind::MergeObjects => State::Object(Map::new()),
        }
    }

    fn add(&self, state: &mut State, env: &Env<'_>, held: &mut Held<'_>) -> Result<()> {
        if self.kind == Kind::Count {
            if let State::Numbers { n, .. } = state {
                *n += 1.0;
            }
            return Ok(());
        }
        let value = self.expr.eval(env)?;
        match state {
            State::Numbers { sum, n } => {
                if let Some(Value::Number(x)) = value.as_deref() {
                    sum.add(*x);
                    *n += 1.0;
                }
            }
            State::Spread { n, mean, square } => {
                if let Some(Value::Number(x)) = value.as_deref() {
                    *n += 1.0;
                    let delta = x - *mean;
                    *mean += delta / *n;
                    *square += delta * (x - *mean);
                }
            }
            State::One(best) => {
                let take = match (self.kind, value.as_deref()) {
                    (Kind::First, _) => best.is_none(),
                    (Kind::Last, _) => true,
                    (_, None | Some(Value::Null)) => false,
                    (kind, Some(value)) => best.as_ref().is_none_or(|b| match kind {
                        Kind::Min => bson::compare(value, b).is_lt(),
                        _ => bson::compare(value, b).is_gt(),
                    }),
                };
                if take {
                    // What $first and $last take from a document without the field is null.
                    let value = value.map_or(Value::Null, |v| v.into_owned());
                    held.give(best.as_ref().map_or(0, bson::size));
                    held.add(bson::size(&value))?;
                    *best = Some(value);
                }
            }
            State::List(list) => {
                if let Some(value) = value {
                    held.add(bson::size(&value))?;
                    list.push(value.into_owned());
                }
            }
            State::Set(seen, list) => {
                if let Some(value) = value
                    && let Entry::Vacant(slot) = seen.entry(bson::key_of(&value))
                {
                    held.add(2 * bson::size(&value))?;
                    slot.insert(list.len());
                    list.push(value.into_owned());
                }
            }
            State::Object(map) => {
                held.add(value.as_deref().map_or(0, bson::size))?;
                merge_into(map, value.as_deref())?;
            }
        }
        Ok(())
    }

    fn finish(&self, state: State) -> Value {
        match state {
            State::Numbers { n, .. } if self.kind == Kind::Count => Value::Number(n),
            State::Numbers { sum, .. } if self.kind == Kind::Sum => Value::Number(sum.value()),
            State::Numbers { sum, n } if n > 0.0 => Value::Number(sum.value() / n),
            State::Spread { n, square, .. } if self.kind == Kind::StdDevPop && n > 0.0 => {
                Value::Number((square / n).sqrt())
            }
            State::Spread { n, square, .. } if self.kind == Kind::StdDevSamp && n > 1.0 => {
                Value::Number((square / (n - 1.0)).sqrt())
            }
            State::Numbers { .. } | State::Spread { .. } => Value::Null,
            State::One(value) => value.unwrap_or_default(),
            State::List(list) | State::Set(_, list) => Value::Array(list),
            State::Object(map) => Value::Object(map),
        }
    }
}

/// Groups being filled, in the order in which they first appeared.
pub struct Groups<'g> {
    group: &'g Group,
    places: HashMap<Vec<u8>, usize>,
    rows: Vec<(Value, Vec<State>)>,
    held: Held<'g>,
}

impl<'g> Groups<'g> {
    /// No groups yet.
    pub fn new(group: &'g Group, held: Held<'g>) -> Self {
        Self { group, places: HashMap::new(), rows: Vec::new(), held }
    }

    /// Adds a document to its group.
    ///
    /// # Errors
    /// As evaluation, and 102 when too much is held.
    pub fn add(&mut self, env: &Env<'_>) -> Result<()> {
        let id = self.group.id.value(env)?.unwrap_or_default();
        self.add_to(id, env)
    }

    /// Adds a document to the group with this id.
    ///
    /// # Errors
    /// As [`Groups::add`].
    pub fn add_to(&mut self, id: Value, env: &Env<'_>) -> Result<()> {
        let place = match self.places.entry(bson::key_of(&id)) {
            Entry::Occupied(slot) => *slot.get(),
            Entry::Vacant(slot) => {
                self.held.add(2 * bson::size(&id) + 96 * (1 + self.group.fields.len()))?;
                let place = *slot.insert(self.rows.len());
                self.rows.push((id, self.group.fields.iter().map(Accumulator::start).collect()));
                place
            }
        };
        let Some((_, states)) = self.rows.get_mut(place) else { return Ok(()) };
        for (accumulator, state) in self.group.fields.iter().zip(states) {
            accumulator.add(state, env, &mut self.held)?;
        }
        Ok(())
    }

    /// The groups as documents, and what is held for them.
    pub fn finish(self) -> (Vec<Map>, Held<'g>) {
        let row = |(id, states): (Value, Vec<State>)| {
            let mut map = Map::with_capacity(1 + states.len());
            map.set("_id", id);
            for (accumulator, state) in self.group.fields.iter().zip(states) {
                map.set(accumulator.field.as_str(), accumulator.finish(state));
            }
            map
        };
        (self.rows.into_iter().map(row).collect(), self.held)
    }
}
