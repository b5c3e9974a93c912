//! `[population]`: labels, and people by single year of age, sex and labels.
//!
//! A row for a band of ages, an open band or people of unknown sex is divided over single ages and sexes in proportion
//! to the table named by `spread`. Its last age stands for that age and all above it, so an open band runs to there.
//! Then `ages` keeps the single ages the scenario is about.

use crate::formula::TableShape;
use crate::scenario::checked::{Group, Label, Variables};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::Node;

use super::context::{At, Reader};
use super::csv::{DataFile, DataRow};
use super::literal::{self, Band};
use super::place::{self, RESERVED};
use super::tables::RawTable;

/// Columns of a population file that are no labels.
const COLUMNS: [&str; 4] = ["persons", "age", "sex", "year"];

/// People as written, before their labels have codes.
#[derive(Default)]
pub(super) struct Written {
    start: Option<DataFile>,
    inflow: Option<DataFile>,
}

/// People of one band, sex and set of labels, not yet spread.
struct Block {
    ages: Band,
    sex: Option<f64>,
    labels: Vec<f64>,
    persons: f64,
    enters: usize,
    span: Span,
}

/// The table over which people are spread.
struct Spread<'r> {
    table: &'r RawTable,
    shape: &'r TableShape,
    last: u16,
}

impl<'t> Reader<'_> {
    /// Reads data files and finds the labels with their values, and whether sex is known.
    pub(super) fn read_labels(&mut self, top: &At<'t>) -> Written {
        let mut written = Written::default();
        let Some(at) = top.below("population") else { return written };
        if let Some(node) = at.node("file") {
            written.start = self.data_file(node);
        }
        if let Some(node) = at.node("inflow_file") {
            written.inflow = self.data_file(node);
        }
        let mut has_sex = at.node("spread").is_some();
        for (data, inflow) in [(&written.start, false), (&written.inflow, true)] {
            let Some(data) = data else { continue };
            has_sex |= data.column("sex").is_some();
            for (column, name) in data.columns.iter().enumerate() {
                if COLUMNS.contains(&name.as_str()) && (name != "year" || inflow) {
                    continue;
                }
                let span = self.header_place(data, column);
                for row in &data.rows {
                    self.add_label(name, &row.fields[column], &span);
                }
            }
        }
        for (_, group) in at.ids("groups") {
            has_sex |= group.node("sex").is_some();
            for entry in group.entries("labels") {
                if let Some(value) = entry.node.as_text() {
                    self.add_label(&entry.key, value, &entry.key_span);
                }
            }
        }
        self.scenario.population.has_sex = has_sex;
        self.name_classes(&at);
        written
    }

    /// The labels that the population knows itself; they come before the classes.
    fn population_labels(&self) -> Vec<Label> {
        self.scenario.variables.labels.iter().filter(|label| label.class.is_none()).cloned().collect()
    }

    fn add_label(&mut self, id: &str, value: &str, span: &Span) {
        let labels = &mut self.scenario.variables.labels;
        match labels.iter_mut().find(|label| label.id == id) {
            Some(label) if label.values.iter().any(|known| known == value) => {}
            Some(label) => label.values.push(value.to_owned()),
            None => {
                labels.push(Label { id: id.to_owned(), values: vec![value.to_owned()], class: None });
                let taken = RESERVED.contains(&id);
                if taken || !crate::scenario::grammar::is_identifier(id) {
                    let label = match taken {
                        true => "this is a variable of formulas",
                        false => "expected letters, digits and `_`, not starting with a digit",
                    };
                    self.error(span, format!("a label cannot be called `{id}`"), label);
                }
            }
        }
    }

    /// Reads the people, now that labels and tables are known.
    pub(super) fn read_people(&mut self, top: &At<'t>, written: &Written) {
        let Some(at) = top.below("population") else { return };
        let mut blocks = Vec::new();
        let errors = self.messages.error_count();
        if let (Some(data), Some(node)) = (&written.start, at.node("file")) {
            self.blocks_of_file(data, &node.span, false, &mut blocks);
        }
        self.blocks_of_groups(&at, &mut blocks);
        if let (Some(data), Some(node)) = (&written.inflow, at.node("inflow_file")) {
            self.blocks_of_file(data, &node.span, true, &mut blocks);
        }
        self.check_overlap(&blocks);
        let keep = match at.node("ages") {
            Some(node) => {
                let ages = literal::ages_of(node);
                if ages.is_none() {
                    self.error(&node.span, "this is no age or band", "expected 64, \"65-69\" or \"62+\"");
                }
                ages
            }
            None => None,
        };
        let Some(groups) = self.spread(&at, &blocks) else { return };
        let groups: Vec<Group> = groups
            .into_iter()
            .filter(|group| group.persons > 0.0 && keep.is_none_or(|keep| keep.contains(group.age)))
            .collect();
        let failed =
            self.messages.error_count() > errors || (at.node("file").is_some() && written.start.is_none());
        if !groups.iter().any(|group| group.enters == 0) && !failed {
            let spot = at.node("file").or(at.node("groups")).map_or(&at.span, |node| &node.span);
            let label = match keep {
                Some(keep) => format!("nobody of the ages {keep}"),
                None => "nobody".to_owned(),
            };
            self.error(spot, "the population is empty", label);
        }
        self.scenario.population.groups = groups;
    }

    fn blocks_of_file(&mut self, data: &DataFile, asked: &Span, inflow: bool, blocks: &mut Vec<Block>) {
        let persons = self.data_column(data, "persons", asked);
        let age = self.data_column(data, "age", asked);
        let year = if inflow { self.data_column(data, "year", asked) } else { None };
        let (Some(persons), Some(age)) = (persons, age) else { return };
        if inflow && year.is_none() {
            return;
        }
        let sex = data.column("sex");
        let mut labels: Vec<Option<usize>> = Vec::new();
        let mut complete = true;
        for label in self.population_labels() {
            let column = self.data_column(data, &label.id, asked);
            complete &= column.is_some();
            labels.push(column);
        }
        if !complete {
            return;
        }
        for row in &data.rows {
            let count = self.number_field(data, row, persons);
            if let Some(count) = count.filter(|count| *count < 0.0) {
                let span = self.field_place(data, row, persons);
                self.error(&span, format!("{count} persons"), "expected a number that is not negative");
            }
            let ages = self.ages_field(data, row, age);
            let sex = match sex {
                Some(column) => self.sex_field(data, row, column).map(Some),
                None => Some(None),
            };
            let enters = match year {
                Some(column) => self.year_field(data, row, column),
                None => Some(0),
            };
            let (Some(persons), Some(ages), Some(sex), Some(enters)) = (count, ages, sex, enters) else {
                continue;
            };
            let variables = &self.scenario.variables;
            let codes = labels.iter().enumerate().filter_map(|(at, column)| {
                place::code_of(variables, Variables::label(at), &row.fields[(*column)?])
            });
            let labels = codes.collect();
            let span = self.sources.line_span(data.file, row.line);
            blocks.push(Block { ages, sex, labels, persons, enters, span });
        }
    }

    /// The year on whose 1 January people enter; after the first year and within the horizon.
    fn year_field(&mut self, data: &DataFile, row: &DataRow, column: usize) -> Option<usize> {
        let span = self.field_place(data, row, column);
        let Ok(year) = row.fields[column].parse::<i64>() else {
            let title = format!("`{}` is no calendar year", row.fields[column]);
            self.error(&span, title, "expected a year such as 2027");
            return None;
        };
        let index = self.year_index(year, &span)?;
        if index == 0 {
            let label = "those who are there on 1 January of the first year stand in the population itself";
            self.error(&span, format!("nobody can enter in {year}"), label);
            return None;
        }
        Some(index)
    }

    fn blocks_of_groups(&mut self, at: &At<'t>, blocks: &mut Vec<Block>) {
        let labels = self.population_labels();
        for (id, group) in at.ids("groups") {
            let Some(age) = group.node("age") else { continue };
            let ages = literal::ages_of(age);
            if ages.is_none() {
                self.error(&age.span, "this is no age or band", "expected 64, \"65-69\" or \"85+\"");
            }
            let persons = group.node("persons").and_then(|node| self.plain_number(node));
            if let Some(persons) = persons.filter(|persons| *persons < 0.0) {
                let label = "expected a number that is not negative";
                self.error(group.span_of("persons"), format!("{persons} persons"), label);
            }
            let sex = group
                .text("sex")
                .and_then(|sex| place::code_of(&self.scenario.variables, Variables::SEX, sex));
            let mut codes = Vec::new();
            for label in &labels {
                let value = group.node("labels").and_then(|labels| labels.get(&label.id));
                match value.and_then(Node::as_text) {
                    Some(text) => {
                        codes.extend(
                            label.values.iter().position(|known| known == text).map(|code| code as f64),
                        );
                    }
                    None => {
                        let title = format!("the group `{id}` does not say its `{}`", label.id);
                        let label = format!("other groups do: `labels = {{ {} = \"...\" }}`", label.id);
                        self.error(&group.span, title, label);
                    }
                }
            }
            if let (Some(ages), Some(persons)) = (ages, persons)
                && codes.len() == labels.len()
            {
                let span = group.span.clone();
                blocks.push(Block { ages, sex, labels: codes, persons, enters: 0, span });
            }
        }
    }

    /// A plain number or percentage; a formula has no place here.
    pub(super) fn plain_number(&mut self, node: &Node) -> Option<f64> {
        let number = literal::number(node);
        if number.is_none() && node.as_text().is_some() {
            self.error(
                &node.span,
                "this is not a number",
                "expected a plain number or a text such as \"14%\"",
            );
        }
        number
    }

    /// The same people must not be counted twice.
    fn check_overlap(&mut self, blocks: &[Block]) {
        // Rows of the same labels lie together after sorting, so that a large file takes no time.
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        let key =
            |block: &Block| (block.enters, block.labels.iter().map(|code| *code as i64).collect::<Vec<_>>());
        order.sort_by_cached_key(|at| (key(&blocks[*at]), blocks[*at].ages, *at));
        let mut first = 0;
        for at in 0..order.len() {
            let block = &blocks[order[at]];
            if key(&blocks[order[first]]) != key(block) {
                first = at;
            }
            for before in order[first..at].iter().rev().map(|before| &blocks[*before]) {
                let same_sex = block.sex.is_none() || before.sex.is_none() || block.sex == before.sex;
                if same_sex && block.ages.overlaps(before.ages) {
                    let title = match block.ages == before.ages {
                        true => "these people stand here twice".to_owned(),
                        false => format!("the ages {} and {} overlap", before.ages, block.ages),
                    };
                    let (one, two) = if before.span.range.start <= block.span.range.start {
                        (before, block)
                    } else {
                        (block, before)
                    };
                    let message = Diagnostic::error(title)
                        .at(&two.span)
                        .label("the same labels again")
                        .also(&one.span, "first here");
                    self.say(message);
                    break;
                }
            }
        }
    }

    /// Divides blocks over single ages and sexes.
    fn spread(&mut self, at: &At<'t>, blocks: &[Block]) -> Option<Vec<Group>> {
        let name = at.text("spread");
        if let Some(name) = name {
            let known: Vec<String> = self.raw_tables.keys().cloned().collect();
            self.find("table", name, at.span_of("spread"), known.iter().map(String::as_str))?;
        }
        let mut problems: Vec<Diagnostic> = Vec::new();
        let mut groups: Vec<Group> = Vec::new();
        {
            let spread = name.and_then(|name| {
                let table = self.raw_tables.get(name)?;
                let shape = &self.shapes[table.index];
                let last = RawTable::last_of(shape, "age")?;
                table.numbers.is_some().then_some(Spread { table, shape, last })
            });
            if let (Some(name), None) = (name, &spread) {
                let message = Diagnostic::error(format!("people cannot be spread by `{name}`"))
                    .at(at.span_of("spread"))
                    .label("expected a table of numbers of persons by age, or by age and sex");
                self.messages.push(message);
                return None;
            }
            let has_sex = self.scenario.population.has_sex;
            for block in blocks {
                match divide(block, spread.as_ref(), has_sex) {
                    Ok(mut parts) => groups.append(&mut parts),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        // One message tells the story; a thousand rows of bands would tell it a thousand times.
        let sound = problems.is_empty();
        let count = problems.len();
        if let Some(mut first) = problems.into_iter().next() {
            if count > 1 {
                first = first.help(format!("the same holds for {} other rows", count - 1));
            }
            self.say(first);
        }
        sound.then_some(groups)
    }
}

/// The people of a block by single age and sex.
fn divide(block: &Block, spread: Option<&Spread<'_>>, has_sex: bool) -> Result<Vec<Group>, Diagnostic> {
    let group = |age: u16, sex: f64, persons: f64| Group {
        age,
        sex,
        labels: block.labels.clone(),
        persons,
        enters: block.enters,
    };
    let sex_is_known = block.sex.is_some() || !has_sex;
    if block.ages.is_single() && sex_is_known {
        return Ok(vec![group(block.ages.first, block.sex.unwrap_or(Variables::MALE), block.persons)]);
    }
    let Some(spread) = spread else {
        let what = match block.ages.is_single() {
            true => "people of unknown sex".to_owned(),
            false => format!("the band {}", block.ages),
        };
        return Err(Diagnostic::error(format!("{what} cannot be divided over men, women and single ages"))
            .at(&block.span)
            .label("needs `population.spread`, a table of persons by age and sex"));
    };
    let last =
        block.ages.last.unwrap_or(spread.last.max(block.ages.first)).min(spread.last.max(block.ages.first));
    let sexes = match block.sex {
        Some(sex) => vec![sex],
        None => RawTable::sexes(spread.shape),
    };
    if sexes.is_empty() {
        return Err(Diagnostic::error("people of unknown sex cannot be divided over men and women")
            .at(&block.span)
            .label("the table of `population.spread` has no sex"));
    }
    let mut cells: Vec<(u16, f64, f64)> = Vec::new();
    for age in block.ages.first..=last {
        for sex in &sexes {
            let weight = spread.table.by_age_and_sex(spread.shape, age.min(spread.last), *sex).unwrap_or(0.0);
            cells.push((age, *sex, weight));
        }
    }
    let total: f64 = cells.iter().map(|(.., weight)| weight).sum();
    if total <= 0.0 {
        return Err(Diagnostic::error(format!(
            "the table of `population.spread` has nobody of {}",
            block.ages
        ))
        .at(&block.span)
        .label("these people cannot be divided over single ages"));
    }
    Ok(cells.into_iter().map(|(age, sex, weight)| group(age, sex, block.persons * weight / total)).collect())
}
