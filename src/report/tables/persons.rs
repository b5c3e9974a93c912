//! The lives of some persons: a row for each person and boundary.

use crate::report::table::{Cell, Kind, Table};
use crate::scenario::Scenario;
use crate::scenario::checked::Variables;
use crate::simulate::individual::trace::Traced;

/// Lives by strategy and model, as `crate::value::trace` tells them.
pub fn persons(scenario: &Scenario, lives: &[Vec<Vec<Traced>>]) -> Table {
    let several = scenario.models.len() > 1;
    let name = |model: usize, id: &str| match several {
        true => format!("{}.{id}", scenario.models[model].id),
        false => id.to_owned(),
    };
    // Events are told where they are drawn by person.
    let by_person: Vec<bool> = (0..scenario.models.len())
        .map(|model| lives.iter().flat_map(|of| &of[model]).any(|life| life.events.is_some()))
        .collect();
    let of_models = || scenario.models.iter().enumerate();
    let factors: Vec<(String, String)> = of_models()
        .flat_map(|(m, model)| {
            model.factors.iter().map(move |factor| (name(m, &factor.id), factor.unit.clone()))
        })
        .collect();
    let events: Vec<String> = of_models()
        .filter(|(m, _)| by_person[*m])
        .flat_map(|(m, model)| model.events.iter().map(move |event| name(m, &event.id)))
        .collect();
    let mut columns = vec![
        ("strategy", Kind::Key, "", "strategy"),
        ("model", Kind::Key, "", "health model"),
        ("draw", Kind::Integer, "", "number of the draw, from 1; empty: the stated values"),
        ("replicate", Kind::Integer, "", "number of the run among those of its draw, from 1"),
        ("person", Kind::Integer, "", "number of the person, the same under every strategy"),
        ("age_at_entry", Kind::Integer, "years", "age when the person enters"),
        ("sex", Kind::Key, "", "sex, where the population tells it"),
    ];
    let labels = &scenario.variables.labels;
    columns.extend(
        labels.iter().map(|label| (&*label.id, Kind::Key, "", "label or risk class; empty where not used")),
    );
    columns.extend([
        ("year", Kind::Year, "", "calendar year"),
        ("time", Kind::Number, "years", "boundary of a cycle, in years since the start"),
        ("state", Kind::Key, "", "state at the boundary"),
        ("programme", Kind::Key, "", "programme that the person takes part in from here on or before"),
        ("step", Kind::Key, "", "deepest step that the person comes to"),
    ]);
    columns.extend(factors.iter().map(|(name, unit)| {
        (&**name, Kind::Number, &**unit, "risk factor at the boundary, without what a programme shifts")
    }));
    columns.extend(
        events.iter().map(|name| {
            (&**name, Kind::Integer, "", "times the event happens in the cycle that begins here")
        }),
    );
    let mut table = Table::new("persons", "Lives of persons of the first run.", &columns);
    for (strategy, of_strategy) in scenario.strategies.iter().zip(lives) {
        for (m, of_model) in of_strategy.iter().enumerate() {
            for life in of_model {
                add(scenario, &mut table, &strategy.id, m, life, &by_person);
            }
        }
    }
    table
}

/// The rows of one life.
fn add(scenario: &Scenario, table: &mut Table, strategy: &str, m: usize, life: &Traced, by_person: &[bool]) {
    let (model, time) = (&scenario.models[m], scenario.time);
    let sex = match life.variables[Variables::SEX] {
        _ if !scenario.population.has_sex => Cell::Empty,
        code if code == Variables::FEMALE => Cell::Text("female"),
        _ => Cell::Text("male"),
    };
    let codes = scenario.variables.labels_of(&life.variables).iter();
    let labels: Vec<Cell<'_>> = scenario
        .variables
        .labels
        .iter()
        .zip(codes)
        .map(|(label, &code)| label.values.get(code as usize).filter(|_| code >= 0.0).into())
        .collect();
    for (since, &state) in life.states.iter().enumerate() {
        let boundary = life.entry + since;
        let year = i64::from(time.start) + (boundary / time.cycles_per_year) as i64;
        let mut row: Vec<Cell<'_>> = vec![
            strategy.into(),
            (&model.id).into(),
            if life.drawn { Cell::Integer(1) } else { Cell::Empty },
            Cell::Integer(1),
            Cell::Integer(life.person as i64 + 1),
            Cell::Integer(life.variables[Variables::AGE] as i64),
            sex,
        ];
        row.extend(&labels);
        let takes_part = life.takes_part.filter(|&(_, _, enrolled)| boundary >= enrolled);
        let programme = takes_part.map(|(programme, step, _)| (&scenario.programmes[programme], step));
        row.extend([
            Cell::Integer(year),
            Cell::Number(boundary as f64 * time.cycle_length()),
            (&model.states[state].id).into(),
            programme.map(|(programme, _)| &programme.id).into(),
            programme.map(|(programme, step)| &programme.steps[step].id).into(),
        ]);
        for (other, description) in scenario.models.iter().enumerate() {
            for factor in 0..description.factors.len() {
                row.push(if other == m { Cell::Number(life.factors[since][factor]) } else { Cell::Empty });
            }
        }
        let during = life.events.as_ref().and_then(|events| events.get(since));
        for (other, description) in scenario.models.iter().enumerate().filter(|(other, _)| by_person[*other])
        {
            for event in 0..description.events.len() {
                let times = |events: &Vec<(usize, u32)>| -> i64 {
                    events.iter().filter(|(known, _)| *known == event).map(|(_, n)| i64::from(*n)).sum()
                };
                row.push(during.filter(|_| other == m).map(times).into());
            }
        }
        table.push(row);
    }
}
