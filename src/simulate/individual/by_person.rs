//! The comparator and pairs of a model whose rates depend on the person: cycle by cycle.

use super::books::{Books, Pasts};
use super::drive::{Drive, Own, Ranks};
use super::lives::{Life, Lucks, Outcome, Passed, Side, add_quality, count, prepare};
use super::paths::Paths;
use super::people::{People, families};
use super::sojourns::Move;
use super::trace::Recorder;
use super::{OfRun, Present};
use crate::formula::{Lane, Scratch};
use crate::sample::QuantityError;
use crate::simulate::Observer;
use crate::simulate::effects::Schedule;
use crate::simulate::engine::{Block, Memory as AllMemory};
use crate::simulate::expected::start_shares;
use crate::simulate::trajectory::Trajectory;

/// Whether the rates of a model depend on the person.
pub(super) fn is_needed(block: &Block<'_>) -> bool {
    block.scenario.models[block.plan.model].with_history || !block.rates.factors.is_empty()
}

/// Somebody who is followed.
struct Somebody {
    /// Position among the people of the run.
    person: u32,
    number: u32,
    life: Life,
    own: Own,
}

/// The people of a profile in one run.
struct OfLane {
    drive: Drive,
    lucks: Lucks,
    people: Vec<Somebody>,
    /// Those to whom nothing can happen any more, by state.
    resting: Vec<u32>,
}

/// Follows the comparator and reports each profile.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1; a rate outside its range for some history.
pub(super) fn comparator(
    block: &Block<'_>,
    wanted: &[bool],
    memory: &mut AllMemory,
    observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    let Block { scenario, plan, environment, runs, .. } = *block;
    let time = scenario.time;
    let scratch = &mut memory.expected.scratch;
    let expected = plan.profiles.persons(scenario, environment, scratch)?;
    let starts = start_shares(scenario, plan, environment, scratch)?;
    let families = families(scenario, plan);
    let people: Vec<People> = (0..runs.own)
        .map(|lane| People::draw(scenario, plan, &families, &runs.luck(lane), lane, &expected, &starts))
        .collect();
    let wanted: Vec<usize> = (0..wanted.len()).filter(|&boundary| wanted[boundary]).collect();
    let mut pasts = Pasts::new(scenario, plan.model);
    let mut books = Books::new(scenario, plan.model, plan.grid.points.len());
    let mut kept: Vec<(Vec<Move>, Vec<Vec<u32>>)> = people
        .iter()
        .map(|people| {
            let boundaries = if pasts.is_empty() { 0 } else { wanted.len() };
            (Vec::new(), vec![vec![0; people.list.len()]; boundaries])
        })
        .collect();
    let super::Memory { trajectory, recorder, .. } = &mut memory.individual;
    if let (Some(recorder), Some(people)) = (&mut *recorder, people.first()) {
        recorder.of(people.list.len());
    }
    for (index, profile) in plan.profiles.list.iter().enumerate() {
        let first = profile.enters * time.cycles_per_year;
        prepare(block, first, time.cycles() - first, trajectory);
        let mut lanes: Vec<OfLane> = people
            .iter()
            .enumerate()
            .map(|(lane, people)| OfLane::new(block, people, index, families[index], lane, first))
            .collect();
        for cycle in first..time.cycles() {
            let snapshot = wanted.iter().position(|&boundary| boundary == cycle);
            for (lane, of_lane) in lanes.iter_mut().enumerate() {
                let side = plain(block, index, &of_lane.drive, lane, first);
                of_lane.ask(&side, cycle, &mut books);
            }
            books.evaluate(block, &pasts, scratch)?;
            for (lane, (of_lane, (moves, snapshots))) in lanes.iter_mut().zip(&mut kept).enumerate() {
                if let Some(snapshot) = snapshot.and_then(|at| snapshots.get_mut(at)) {
                    for somebody in &of_lane.people {
                        snapshot[somebody.person as usize] = somebody.life.past;
                    }
                }
                let moves = (!wanted.is_empty()).then_some(moves);
                let recorder = recorder.as_mut().filter(|_| lane == 0);
                of_lane
                    .pass(block, index, lane, first, cycle, &books, &mut pasts, moves, recorder, trajectory);
            }
        }
        for (lane, of_lane) in lanes.iter().enumerate() {
            of_lane.count(time.cycles(), lane, trajectory);
        }
        trajectory.repeat_last(runs.own);
        observer.comparator(plan.model, index, plan.grid.path(index), trajectory);
    }
    if wanted.is_empty() {
        return Ok(Present::default());
    }
    let runs = people.into_iter().zip(kept).map(|(people, (moves, pasts))| OfRun {
        paths: Paths::new(people, &moves),
        pools: Vec::new(),
        pasts,
    });
    Ok(Present { runs: runs.collect(), pasts, wanted })
}

/// The rates of a profile without effects.
fn plain<'a>(block: &Block<'a>, profile: usize, drive: &'a Drive, lane: usize, entry: usize) -> Side<'a> {
    let plan = block.plan;
    Side {
        structure: &plan.structure,
        occurrences: &plan.occurrences,
        rates: block.rates,
        path: plan.grid.path(profile),
        drive,
        lane,
        cycle_length: block.scenario.time.cycle_length(),
        entry,
        effects: None,
    }
}

impl OfLane {
    fn new(
        block: &Block<'_>,
        people: &People,
        profile: usize,
        family: u64,
        lane: usize,
        first: usize,
    ) -> Self {
        let Block { scenario, plan, runs, .. } = *block;
        let luck = runs.luck(lane);
        let drive = Drive::new(block, profile, lane);
        let mut ranks = Ranks::new(scenario, plan.model, &luck, family);
        let lucks = Lucks::new(&scenario.models[plan.model].id, "comparator", &luck, family);
        let positions = people.from[profile]..people.from[profile + 1];
        let somebody = |position: usize| {
            let person = people.list[position];
            let own = drive.own(block, &mut ranks, person.number);
            let life = Life { state: person.state.into(), entered: first, past: 0 };
            Somebody { person: position as u32, number: person.number, life, own }
        };
        let people = positions.map(somebody).collect();
        Self { drive, lucks, people, resting: vec![0; plan.structure.states] }
    }

    fn ask(&self, side: &Side<'_>, cycle: usize, books: &mut Books) {
        for somebody in &self.people {
            side.ask(&somebody.life, cycle, books);
        }
    }

    /// Adds everybody to those in their state at a boundary.
    fn count(&self, boundary: usize, lane: usize, trajectory: &mut Trajectory) {
        for somebody in &self.people {
            count(trajectory, boundary, somebody.life.state, lane);
        }
        let from = (boundary - trajectory.first) * trajectory.states;
        for (persons, &n) in trajectory.persons[from..].iter_mut().zip(&self.resting) {
            persons[lane] += f64::from(n);
        }
    }

    /// Draws one cycle of everybody's life.
    #[allow(clippy::too_many_arguments)]
    fn pass(
        &mut self,
        block: &Block<'_>,
        profile: usize,
        lane: usize,
        first: usize,
        cycle: usize,
        books: &Books,
        pasts: &mut Pasts,
        mut moves: Option<&mut Vec<Move>>,
        mut recorder: Option<&mut Recorder>,
        trajectory: &mut Trajectory,
    ) {
        self.count(cycle, lane, trajectory);
        let Self { drive, lucks, people, resting } = self;
        let side = plain(block, profile, drive, lane, first);
        let alive = &block.plan.structure.alive;
        let years = (cycle - first) as f64 * side.cycle_length;
        let (mut outcome, mut passed) = (Outcome::default(), Passed::default());
        people.retain_mut(|somebody| {
            let Somebody { person, number, life, own } = somebody;
            let before = life.state;
            // Who lives on in a state that nobody leaves keeps a past that enrolment may ask for.
            if !alive[before] && !side.can_change(before) {
                resting[before] += 1;
                return false;
            }
            if side.can_change(before) {
                side.draw(life, own, *number, cycle, books, lucks, &mut outcome);
                let from = (cycle - trajectory.first) * trajectory.columns;
                let counts = &mut trajectory.counts[from..from + trajectory.columns];
                side.pass(life, *number, cycle, &outcome, pasts, lucks, &mut passed, counts);
                if let Some(recorder) = &mut recorder {
                    recorder.events(*person, cycle, &passed.events);
                }
                if let (Some(exit), Some(moves)) = (outcome.exit, &mut moves) {
                    moves.push(Move {
                        person: *person,
                        boundary: (cycle + 1 - first) as u16,
                        exit: exit as u16,
                        state: life.state as u16,
                    });
                }
            }
            add_quality(trajectory, own, cycle, years, lane, [before, life.state]);
            true
        });
    }
}

/// Somebody who takes part in a programme: as in the comparator, without it, and with it.
struct Pair {
    person: u32,
    number: u32,
    own: Own,
    lives: [Life; 3],
}

/// Who takes part in one run.
struct PairsOfLane {
    drive: Drive,
    lucks: [Lucks; 3],
    pairs: Vec<Pair>,
}

/// A group of people who enrol at one moment and are followed twice.
pub(super) struct Enrolled<'a> {
    pub block: &'a Block<'a>,
    pub profile: usize,
    pub family: u64,
    pub boundary: usize,
    pub cycles: usize,
    /// Effects without the programme (a risk of their own) and with it.
    pub effects: [Option<&'a Schedule>; 2],
}

impl Enrolled<'_> {
    /// Follows `members` of each run with and without the programme. A member's life goes on as it is in the
    /// comparator at that boundary: `past` tells what has happened to them.
    ///
    /// # Errors
    /// A rate outside its range for some history.
    #[allow(clippy::too_many_arguments)]
    pub fn follow(
        &self,
        present: &Present,
        members: &[&[u32]],
        books: &mut Books,
        pasts: &mut Pasts,
        scratch: &mut Scratch,
        mut recorder: Option<&mut Recorder>,
        trajectories: [&mut Trajectory; 2],
    ) -> Result<(), QuantityError> {
        let Self { block, profile, boundary, cycles, .. } = *self;
        let time = block.scenario.time;
        let entry = block.plan.profiles.list[profile].enters * time.cycles_per_year;
        let [without, with] = trajectories;
        prepare(block, boundary, cycles, without);
        prepare(block, boundary, cycles, with);
        let mut lanes: Vec<PairsOfLane> = members
            .iter()
            .enumerate()
            .map(|(lane, members)| self.pairs(present, members, lane, entry))
            .collect();
        let mut outcomes = [Outcome::default(), Outcome::default(), Outcome::default()];
        let mut room = Passed::default();
        // What a life in the comparator would count is counted there already.
        let mut aside = vec![Lane::ZERO; without.columns];
        for cycle in boundary..boundary + cycles {
            for (lane, of_lane) in lanes.iter().enumerate() {
                let side = plain(block, profile, &of_lane.drive, lane, entry);
                for pair in &of_lane.pairs {
                    pair.lives.iter().for_each(|life| side.ask(life, cycle, books));
                }
            }
            books.evaluate(block, pasts, scratch)?;
            let years = (cycle - entry) as f64 * time.cycle_length();
            let from = (cycle - boundary) * without.columns;
            for (lane, of_lane) in lanes.iter_mut().enumerate() {
                let PairsOfLane { drive, lucks, pairs } = of_lane;
                let comparator = plain(block, profile, drive, lane, entry);
                let [shadow, person] = self.effects.map(|effects| Side {
                    effects: effects.map(|schedule| (schedule, boundary)),
                    ..comparator
                });
                for pair in pairs {
                    let Pair { person: position, number, own, lives } = pair;
                    let before = *lives;
                    let [first, second, third] = &mut outcomes;
                    let [own_luck, shadow_luck, with_luck] = lucks;
                    let books = &*books;
                    count(without, cycle, before[1].state, lane);
                    count(with, cycle, before[2].state, lane);
                    comparator.draw(&before[0], own, *number, cycle, books, own_luck, first);
                    let apart = shadow.draw_like(
                        &before[1],
                        &comparator,
                        &before[0],
                        first,
                        own,
                        *number,
                        cycle,
                        books,
                        shadow_luck,
                        second,
                    );
                    let second = if apart { &*second } else { &*first };
                    let apart_too = person.draw_like(
                        &before[2], &shadow, &before[1], second, own, *number, cycle, books, with_luck, third,
                    );
                    let third = if apart_too { &*third } else { second };
                    let counts = &mut without.counts[from..from + without.columns];
                    // The numbers that say which moves a node counts are the same for all three.
                    if self.effects[0].is_some() {
                        comparator.pass(
                            &mut lives[0],
                            *number,
                            cycle,
                            first,
                            pasts,
                            own_luck,
                            &mut room,
                            &mut aside,
                        );
                    }
                    shadow.pass(&mut lives[1], *number, cycle, second, pasts, own_luck, &mut room, counts);
                    if self.effects[0].is_none() {
                        lives[0] = lives[1];
                    }
                    let counts = &mut with.counts[from..from + with.columns];
                    person.pass(&mut lives[2], *number, cycle, third, pasts, own_luck, &mut room, counts);
                    if let Some(recorder) = recorder.as_mut().filter(|_| lane == 0) {
                        recorder.state(*position, before[2].state);
                        recorder.events(*position, cycle, &room.events);
                    }
                    let states = [1, 2].map(|life| [before[life].state, lives[life].state]);
                    add_quality(without, own, cycle, years, lane, states[0]);
                    add_quality(with, own, cycle, years, lane, states[1]);
                }
            }
        }
        for (lane, of_lane) in lanes.iter().enumerate() {
            for pair in &of_lane.pairs {
                count(without, boundary + cycles, pair.lives[1].state, lane);
                count(with, boundary + cycles, pair.lives[2].state, lane);
                if let Some(recorder) = recorder.as_mut().filter(|_| lane == 0) {
                    recorder.state(pair.person, pair.lives[2].state);
                }
            }
        }
        without.repeat_last(lanes.len());
        with.repeat_last(lanes.len());
        Ok(())
    }

    fn pairs(&self, present: &Present, members: &[u32], lane: usize, entry: usize) -> PairsOfLane {
        let Block { scenario, plan, runs, .. } = *self.block;
        let (luck, model) = (runs.luck(lane), &scenario.models[plan.model].id);
        let drive = Drive::new(self.block, self.profile, lane);
        let mut ranks = Ranks::new(scenario, plan.model, &luck, self.family);
        let of_run = &present.runs[lane];
        let pairs = members
            .iter()
            .map(|&member| {
                let number = of_run.paths.people.list[member as usize].number;
                let life = present.life(lane, member, self.boundary, entry);
                Pair {
                    person: member,
                    number,
                    own: drive.own(self.block, &mut ranks, number),
                    lives: [life; 3],
                }
            })
            .collect();
        let lucks = ["comparator", "without", "with"];
        PairsOfLane { drive, lucks: lucks.map(|kind| Lucks::new(model, kind, &luck, self.family)), pairs }
    }
}

impl Present {
    /// Where somebody of the comparator is in their life at a boundary.
    pub(super) fn life(&self, lane: usize, person: u32, boundary: usize, entry: usize) -> Life {
        let of_run = &self.runs[lane];
        let (state, entered) = of_run.paths.state_since(person as usize, boundary - entry);
        let snapshot = self.wanted.iter().position(|&known| known == boundary);
        let past = snapshot.and_then(|at| Some(of_run.pasts.get(at)?[person as usize])).unwrap_or(0);
        Life { state, entered: entry + entered, past }
    }
}
