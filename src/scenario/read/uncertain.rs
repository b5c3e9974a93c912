//! Uncertain numbers: from the keys of a quantity to a distribution, and what is drawn together.

use crate::sample::{
    Design, DesignKind, Distribution, Family, Plan, SampleError, Stated, Uncertain, UncertainKind,
};
use crate::sample::{fit, sample};
use crate::scenario::checked::{Input, Origin};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::{Node, Table};

use super::context::{At, Provenance, Reader};
use super::literal;
use super::parameters::Definition;
use super::place::{Concern, Place};
use super::quantity::as_written;

impl<'t> Reader<'_> {
    /// The distribution of an uncertain parameter.
    pub(super) fn define_uncertain(
        &mut self,
        index: usize,
        node: &Node,
        table: &Table,
        value: Option<&Node>,
        place: Place,
        provenance: &Provenance,
    ) -> Option<Origin> {
        let name = self.scenario.parameters.list[index].name.clone();
        if let Some(value) = value
            && literal::number(value).is_none()
        {
            self.error(
                &value.span,
                "a formula cannot have a distribution of its own",
                "give the uncertain number a name in [parameters] and use it in this formula",
            );
            return None;
        }
        let stated = self.stated(table)?;
        let fitted = match fit(&stated) {
            Ok(fitted) => fitted,
            Err(problem) => {
                let entry = table.entry(problem.key());
                let span = entry.map_or(&node.span, |entry| &entry.node.span);
                let text = problem.to_string();
                let (title, label) = text.split_once("; ").unwrap_or((&text, "in this distribution"));
                self.error(span, format!("`{name}`: {title}"), label);
                return None;
            }
        };
        for warning in &fitted.warnings {
            let spot = ["ci95", "sd", "se", "n"].iter().find_map(|key| table.get(key)).unwrap_or(node);
            let (title, label) = warning.split_once("; ").unwrap_or((warning, ""));
            self.say(Diagnostic::warning(format!("`{name}`: {title}")).at(&spot.span).label(label));
        }
        if let Distribution::Fixed(value) = fitted.distribution {
            self.note_input(value_or(table, node), &name, place, provenance, Some(table));
            return Some(Origin::Fixed(value));
        }
        let shown = match value {
            Some(value) => as_written(value),
            None => fitted.value.to_string(),
        };
        self.note_drawn(&name, shown, describe(&fitted.distribution), table, place, provenance, &node.span);
        self.drawn.push((
            Uncertain { name: name.clone(), kind: UncertainKind::Distribution(fitted.distribution) },
            vec![index],
        ));
        Some(Origin::Drawn { stated: fitted.value })
    }

    /// What the keys of a quantity state.
    fn stated(&mut self, table: &Table) -> Option<Stated> {
        let mut sound = true;
        let mut number = |reader: &mut Self, key: &str| {
            let node = table.get(key)?;
            let number = reader.plain_number(node);
            sound &= number.is_some();
            number
        };
        let stated = Stated {
            family: None,
            value: number(self, "value"),
            sd: number(self, "sd"),
            se: number(self, "se"),
            ci95: None,
            n: number(self, "n"),
            low: number(self, "low"),
            high: number(self, "high"),
            alpha: number(self, "alpha"),
            beta: number(self, "beta"),
            shape: number(self, "shape"),
            scale: number(self, "scale"),
            rate: number(self, "rate"),
            mean: number(self, "mean"),
            mean_log: number(self, "meanlog"),
            sd_log: number(self, "sdlog"),
        };
        let family = match table.get("dist").and_then(Node::as_text) {
            Some(word) => Some(Family::named(word)?),
            None => None,
        };
        let ci95 = match table.get("ci95") {
            Some(node) => Some(self.interval(node)?),
            None => None,
        };
        sound.then_some(Stated { family, ci95, ..stated })
    }

    fn interval(&mut self, node: &Node) -> Option<(f64, f64)> {
        let list = node.as_list()?;
        let [low, high] = list else {
            let title = format!("an interval has two ends, not {}", list.len());
            self.error(&node.span, title, "expected [lower, upper]");
            return None;
        };
        Some((self.plain_number(low)?, self.plain_number(high)?))
    }

    /// A `dirichlet` or `samples` parameter, which stands for several. `None` after a mistake.
    pub(super) fn define_several(&mut self, definition: &Definition<'t>) -> Option<()> {
        let table = definition.node.as_table()?;
        self.check_source(table);
        let provenance = Provenance::of(table, &definition.provenance);
        let dirichlet = table.get("dist").and_then(Node::as_text) == Some("dirichlet");
        let (kind, parts) = match dirichlet {
            true => self.components(definition, table)?,
            false => self.columns(definition, table)?,
        };
        let mut indices = Vec::new();
        let distribution = if dirichlet { "dirichlet" } else { "samples" };
        for (name, stated) in parts {
            let name = format!("{}.{name}", definition.name);
            let index = self.declare(&name);
            self.describe_parameter(index, table);
            self.scenario.parameters.list[index].origin = Origin::Drawn { stated };
            let place = definition.place;
            let shown = format!("{stated}");
            let text = distribution.to_owned();
            self.note_drawn(&name, shown, text, table, place, &provenance, &definition.span);
            if !dirichlet {
                self.index_parameter(index, table.get("price_year"));
            }
            indices.push(index);
        }
        self.drawn.push((Uncertain { name: definition.name.clone(), kind }, indices));
        Some(())
    }

    /// The components of a Dirichlet distribution with their means.
    fn components(
        &mut self,
        definition: &Definition<'_>,
        table: &Table,
    ) -> Option<(UncertainKind, Vec<(String, f64)>)> {
        let Some(entries) = table.get("components").and_then(Node::as_table) else {
            let title = format!("`{}` has no `components`", definition.name);
            self.error(
                &definition.node.span,
                title,
                "a dirichlet distribution divides something over components",
            );
            return None;
        };
        let mut components = Vec::new();
        let mut sound = true;
        for entry in entries {
            match self.plain_number(&entry.node) {
                Some(count) if count > 0.0 => components.push((entry.key.clone(), count)),
                Some(count) => {
                    let label = "expected more than 0: leave the component out, or count it as 0.5 or 1";
                    self.error(&entry.node.span, format!("a count of {count}"), label);
                    sound = false;
                }
                None => sound = false,
            }
        }
        if components.len() < 2 && sound {
            let label = "expected at least two";
            self.error(&definition.node.span, "a whole of one part is no uncertain division", label);
            sound = false;
        }
        let total: f64 = components.iter().map(|(_, count)| count).sum();
        let means = components.iter().map(|(name, count)| (name.clone(), count / total)).collect();
        sound.then_some((UncertainKind::Dirichlet { components }, means))
    }

    /// The columns of a sample with their means.
    fn columns(
        &mut self,
        definition: &Definition<'_>,
        table: &Table,
    ) -> Option<(UncertainKind, Vec<(String, f64)>)> {
        let Some(node) = table.get("file") else {
            let title = format!("`{}` has no `file`", definition.name);
            self.error(&definition.node.span, title, "a sample is read from a CSV with a row for each draw");
            return None;
        };
        let data = self.data_file(node)?;
        let (mut columns, mut sound) = (Vec::new(), true);
        for (at, name) in data.columns.iter().enumerate() {
            if !crate::scenario::grammar::is_identifier(name) {
                let span = self.header_place(&data, at);
                let label = "expected letters, digits and `_`, not starting with a digit";
                self.error(&span, format!("a parameter cannot be called `{name}`"), label);
                sound = false;
            }
            let values: Vec<Option<f64>> =
                data.rows.iter().map(|row| self.number_field(&data, row, at)).collect();
            match values.into_iter().collect::<Option<Vec<f64>>>() {
                Some(values) => columns.push((name.clone(), values)),
                None => sound = false,
            }
        }
        if data.rows.is_empty() {
            self.error(&node.span, "a sample without rows", "expected a row for each draw");
            sound = false;
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let means = columns.iter().map(|(name, values)| (name.clone(), mean(values))).collect();
        sound.then_some((UncertainKind::Samples { columns }, means))
    }

    /// Adds an uncertain number to the list of inputs.
    #[allow(clippy::too_many_arguments)]
    fn note_drawn(
        &mut self,
        name: &str,
        stated: String,
        distribution: String,
        table: &Table,
        place: Place,
        provenance: &Provenance,
        span: &Span,
    ) {
        let needs_origin = place.concern != Concern::Choice;
        self.scenario.inputs.push(Input {
            path: name.to_owned(),
            stated,
            distribution,
            unit: table.get("unit").and_then(Node::as_text).unwrap_or_default().to_owned(),
            source: provenance.source.clone(),
            assumption: provenance.assumption.clone(),
            design: self.design_of(provenance),
            needs_origin,
        });
        if needs_origin && provenance.is_missing() {
            self.without_origin(name, span);
        }
    }

    /// Reads the correlations, and gathers all that is drawn into the plan.
    pub(super) fn read_plan(&mut self, top: &At<'t>) {
        let mut correlations: Vec<(String, String, f64)> = Vec::new();
        let mut places: Vec<Span> = Vec::new();
        for (_, at) in top.ids("correlations") {
            self.check_source(at.table);
            let Some(rho) = at.node("rho").and_then(|node| self.plain_number(node)) else { continue };
            let names = at.texts("between");
            if names.len() < 2 {
                self.error(
                    at.span_of("between"),
                    "a correlation is between two or more",
                    "expected two names",
                );
            }
            for (name, span) in &names {
                let known: Vec<String> = self.drawn_alone();
                self.find("uncertain parameter", name, span, known.iter().map(String::as_str));
            }
            for (first, (one, _)) in names.iter().enumerate() {
                for (other, span) in &names[first + 1..] {
                    correlations.push(((*one).to_owned(), (*other).to_owned(), rho));
                    places.push((*span).clone());
                }
            }
        }
        let known = self.drawn_alone();
        if correlations.iter().any(|(one, other, _)| !known.contains(one) || !known.contains(other)) {
            correlations.clear();
        }
        let (uncertain, columns): (Vec<Uncertain>, Vec<Vec<usize>>) =
            std::mem::take(&mut self.drawn).into_iter().unzip();
        let plan = Plan { uncertain, rank_correlations: correlations };
        // One draw shows whether draws can be made at all.
        let design = Design { kind: self.scenario.uncertainty.design, draws: 1, seed: 1 };
        if let Err(problem) = sample(&plan, &design) {
            let pair = match &problem {
                SampleError::WithItself { name } => Some((name.clone(), name.clone())),
                SampleError::CorrelationTwice { first, second }
                | SampleError::CorrelationRange { first, second, .. } => {
                    Some((first.clone(), second.clone()))
                }
                _ => None,
            };
            let at = pair.and_then(|(one, other)| {
                let same = |(a, b, _): &(String, String, f64)| {
                    (*a == one && *b == other) || (*a == other && *b == one)
                };
                plan.rank_correlations.iter().rposition(same)
            });
            let correlated = top.below("correlations").map(|at| at.span);
            let text = problem.to_string();
            let (title, label) = text.split_once("; ").unwrap_or((&text, ""));
            let mut message = Diagnostic::error(title).label(label);
            let spot = at
                .map(|at| places[at].clone())
                .or(correlated.filter(|_| matches!(problem, SampleError::Contradictory { .. })));
            if let Some(spot) = spot.or(top.node("uncertainty").map(|node| node.span.clone())) {
                message = message.at(&spot);
            }
            self.say(message);
        }
        self.scenario.parameters.plan = plan;
        self.scenario.parameters.columns = columns.into_iter().flatten().collect();
    }

    /// The parameters that have a distribution of their own.
    fn drawn_alone(&self) -> Vec<String> {
        let alone =
            |uncertain: &&(Uncertain, Vec<usize>)| matches!(uncertain.0.kind, UncertainKind::Distribution(_));
        self.drawn.iter().filter(alone).map(|(uncertain, _)| uncertain.name.clone()).collect()
    }

    /// Reads `[uncertainty]`.
    pub(super) fn read_uncertainty(&mut self, top: &At<'t>) {
        let Some(at) = top.below("uncertainty") else { return };
        let uncertainty = &mut self.scenario.uncertainty;
        uncertainty.design = match at.text("design") {
            Some("random") => DesignKind::Random,
            Some("latin-hypercube") => DesignKind::LatinHypercube,
            _ => DesignKind::Sobol,
        };
        if let Some(seed) = at.integer("seed") {
            match u64::try_from(seed) {
                Ok(seed) => uncertainty.seed = seed,
                Err(_) => self.error(at.span_of("seed"), "a negative seed", "expected 0 or more"),
            }
        }
        if let Some(draws) = at.integer("draws") {
            match usize::try_from(draws) {
                Ok(draws @ 1..=10_000_000) => self.scenario.uncertainty.draws = draws,
                _ => self.error(at.span_of("draws"), format!("{draws} draws"), "expected 1 to 10000000"),
            }
        }
        self.read_engine(&at);
    }
}

fn value_or<'n>(table: &'n Table, node: &'n Node) -> &'n Node {
    table.get("value").unwrap_or(node)
}

/// A distribution with its numbers, for the list of inputs.
fn describe(distribution: &Distribution) -> String {
    match *distribution {
        Distribution::Fixed(_) => String::new(),
        Distribution::Normal { mean, sd } => format!("normal(mean {}, sd {})", short(mean), short(sd)),
        Distribution::LogNormal { mean_log, sd_log } => {
            format!("lognormal(meanlog {}, sdlog {})", short(mean_log), short(sd_log))
        }
        Distribution::Beta { alpha, beta } => format!("beta({}, {})", short(alpha), short(beta)),
        Distribution::Gamma { shape, scale } => {
            format!("gamma(shape {}, scale {})", short(shape), short(scale))
        }
        Distribution::Weibull { shape, scale } => {
            format!("weibull(shape {}, scale {})", short(shape), short(scale))
        }
        Distribution::Uniform { low, high } => format!("uniform({}, {})", short(low), short(high)),
        Distribution::Triangular { low, mode, high } => {
            format!("triangular({}, {}, {})", short(low), short(mode), short(high))
        }
        Distribution::Pert { low, mode, high } => {
            format!("pert({}, {}, {})", short(low), short(mode), short(high))
        }
    }
}

/// A number to six significant digits, without zeros at its end.
fn short(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    rounded.to_string()
}
