//! From a plan of uncertain parameters and a design to the draws.

use super::correlation;
use super::design::Design;
use super::distribution::Distribution;
use super::incomplete_gamma::UnitGamma;
use super::sobol::SOBOL_DIMENSIONS;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Draws inverted by one task; a constant, so that the work is cut the same way on any number of threads.
const DRAWS_PER_TASK: usize = 1024;

/// A named uncertain parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// Its name; random numbers are keyed by it.
    pub name: String,
    /// What is known about it.
    pub kind: UncertainKind,
}

/// What is known about an uncertain parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum UncertainKind {
    /// One number with a distribution.
    Distribution(Distribution),
    /// Shares that sum to one: each component's concentration (often a count).
    Dirichlet {
        /// Name and concentration of each component.
        components: Vec<(String, f64)>,
    },
    /// Rows of a sample made elsewhere (a posterior, a bootstrap): one row is picked for all columns together,
    /// so their correlation comes along.
    Samples {
        /// Name and values of each column, all of the same length.
        columns: Vec<(String, Vec<f64>)>,
    },
}

/// Everything uncertain in a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The parameters, in the order of the results.
    pub uncertain: Vec<Uncertain>,
    /// Spearman's rank correlations between parameters that have a distribution: two names and ρ.
    pub rank_correlations: Vec<(String, String, f64)>,
}

/// The draws of all parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// One name per column, in the plan's order; a Dirichlet's or a sample's columns are `name.component`.
    pub names: Vec<String>,
    /// The values, `[column][draw]`.
    pub columns: Vec<Vec<f64>>,
    /// How many independent randomisations the draws consist of, in equal consecutive blocks of
    /// `draws / randomisations` with the remainder in the last; what [`mcse`](super::mcse()) needs.
    pub randomisations: usize,
}

/// Why no draws can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The design asks for no draws.
    #[error("the design asks for 0 draws; ask for at least 1")]
    NoDraws,
    /// Two columns have the same name.
    #[error("two uncertain parameters are called `{name}`; rename one")]
    SameName {
        /// The name.
        name: String,
    },
    /// A distribution's numbers make no distribution.
    #[error("`{name}` ({family}): {problem}")]
    NoDistribution {
        /// The parameter.
        name: String,
        /// Its family.
        family: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A Dirichlet distribution with fewer than two components.
    #[error(
        "`{name}` (dirichlet) has {count} component(s); give at least 2, or write it as a certain number"
    )]
    TooFewComponents {
        /// The parameter.
        name: String,
        /// How many components it has.
        count: usize,
    },
    /// A concentration of a Dirichlet distribution is not a positive number.
    #[error(
        "`{name}.{component}` has the concentration {value}, which must be more than 0; \
         leave the component out, or count it as ½ or 1"
    )]
    Concentration {
        /// The parameter.
        name: String,
        /// The component.
        component: String,
        /// Its concentration.
        value: f64,
    },
    /// A sample without rows or columns.
    #[error("the sample `{name}` has no rows; give a file with at least one row and one column")]
    EmptySample {
        /// The parameter.
        name: String,
    },
    /// Columns of a sample of different lengths.
    #[error(
        "in the sample `{name}` the column `{column}` has {rows} rows where the first has {expected}; make them equal"
    )]
    UnequalColumns {
        /// The parameter.
        name: String,
        /// The column.
        column: String,
        /// Its rows.
        rows: usize,
        /// The rows of the first column.
        expected: usize,
    },
    /// A sample holds something that is not a finite number.
    #[error("the sample `{name}` holds {value} in column `{column}`, row {row}; give finite numbers only")]
    SampleValue {
        /// The parameter.
        name: String,
        /// The column.
        column: String,
        /// The row, the first being 1.
        row: usize,
        /// The value.
        value: f64,
    },
    /// More dimensions than there are direction numbers for.
    #[error(
        "a Sobol design has {available} dimensions and this plan needs {needed}; \
         use design = \"latin-hypercube\" or make fewer parameters uncertain"
    )]
    TooManyDimensions {
        /// How many the plan needs.
        needed: usize,
        /// How many there are.
        available: usize,
    },
    /// A correlation names something that cannot be correlated.
    #[error(
        "the rank correlation between `{first}` and `{second}` is about `{name}`, \
         which is not an uncertain number with a distribution of its own; name one that is"
    )]
    NotCorrelatable {
        /// The first of the pair.
        first: String,
        /// The second of the pair.
        second: String,
        /// The one that is at fault.
        name: String,
    },
    /// A correlation of a parameter with itself.
    #[error("a rank correlation stands between `{name}` and itself; name two different parameters")]
    WithItself {
        /// The parameter.
        name: String,
    },
    /// A pair with more than one correlation.
    #[error("the rank correlation between `{first}` and `{second}` is given twice; keep one")]
    CorrelationTwice {
        /// The first of the pair.
        first: String,
        /// The second of the pair.
        second: String,
    },
    /// A correlation outside −1 … 1.
    #[error("the rank correlation between `{first}` and `{second}` is {rho}; it must lie between -1 and 1")]
    CorrelationRange {
        /// The first of the pair.
        first: String,
        /// The second of the pair.
        second: String,
        /// The correlation.
        rho: f64,
    },
    /// Correlations that contradict each other.
    #[error("no parameters can have these rank correlations together; the nearest possible ones are {}", listed(.nearest))]
    Contradictory {
        /// Pairs that have to change: two names, the stated correlation (0 where none is stated) and the nearest
        /// possible one.
        nearest: Vec<(String, String, f64, f64)>,
    },
}

fn listed(nearest: &[(String, String, f64, f64)]) -> String {
    let pairs: Vec<String> = nearest
        .iter()
        .map(|(first, second, stated, near)| format!("`{first}` with `{second}`: {near} (stated {stated})"))
        .collect();
    pairs.join(", ")
}

/// What turns uniform dimensions into the columns of one parameter.
enum Source<'a> {
    Fixed(f64),
    Quantile { dimension: usize, distribution: &'a Distribution },
    Dirichlet { first: usize, concentrations: Vec<f64> },
    Rows { dimension: usize, columns: &'a [(String, Vec<f64>)] },
}

/// Makes the draws of a plan under a design.
///
/// All values come by the inverse distribution function from uniform numbers in (0, 1), one dimension of the
/// design per parameter: one per component for a Dirichlet (gamma variables, normalised), one for all columns
/// of a sample (it picks the row), none for a certain number. The result is the same to the bit on any number
/// of threads.
///
/// # Errors
/// Each [`SampleError`] says which parameter is at fault and what to do.
pub fn sample(plan: &Plan, design: &Design) -> Result<Draws, SampleError> {
    if design.draws == 0 {
        return Err(SampleError::NoDraws);
    }
    let mut names: Vec<String> = Vec::new();
    let mut dimensions: Vec<String> = Vec::new();
    let mut correlatable: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sources = Vec::new();
    for parameter in &plan.uncertain {
        let name = &parameter.name;
        match &parameter.kind {
            UncertainKind::Distribution(distribution) => {
                if let Some(problem) = distribution.problem() {
                    return Err(SampleError::NoDistribution {
                        name: name.clone(),
                        family: distribution.name(),
                        problem,
                    });
                }
                names.push(name.clone());
                sources.push(if let Distribution::Fixed(value) = distribution {
                    Source::Fixed(*value)
                } else {
                    correlatable.insert(name, dimensions.len());
                    dimensions.push(name.clone());
                    Source::Quantile { dimension: dimensions.len() - 1, distribution }
                });
            }
            UncertainKind::Dirichlet { components } => {
                check_components(name, components)?;
                let own = components.iter().map(|(component, _)| format!("{name}.{component}"));
                sources.push(Source::Dirichlet {
                    first: dimensions.len(),
                    concentrations: components.iter().map(|(_, concentration)| *concentration).collect(),
                });
                dimensions.extend(own.clone());
                names.extend(own);
            }
            UncertainKind::Samples { columns } => {
                check_columns(name, columns)?;
                names.extend(columns.iter().map(|(column, _)| format!("{name}.{column}")));
                sources.push(Source::Rows { dimension: dimensions.len(), columns });
                dimensions.push(name.clone());
            }
        }
    }
    check_names(&names)?;
    check_names(&dimensions)?;

    let keys: Vec<&str> = dimensions.iter().map(String::as_str).collect();
    let pairs = pairs(&plan.rank_correlations, &correlatable)?;
    let groups = correlation::groups(&keys, &pairs).map_err(|impossible| SampleError::Contradictory {
        nearest: impossible
            .pairs
            .into_iter()
            .map(|(i, j, stated, near)| (dimensions[i].clone(), dimensions[j].clone(), stated, near))
            .collect(),
    })?;
    let mut uniforms = design.uniforms(&keys);
    if uniforms.len() < keys.len() {
        return Err(SampleError::TooManyDimensions { needed: keys.len(), available: SOBOL_DIMENSIONS });
    }
    for group in &groups {
        let own: Vec<&[f64]> = group.members.iter().map(|m| uniforms[*m].as_slice()).collect();
        let mixed = group.correlated(&own);
        for (member, column) in group.members.iter().zip(mixed) {
            uniforms[*member] = column;
        }
    }
    let columns: Vec<Vec<Vec<f64>>> =
        sources.par_iter().map(|source| source.columns(&uniforms, design.draws)).collect();
    Ok(Draws {
        names,
        columns: columns.into_iter().flatten().collect(),
        randomisations: design.randomisations(),
    })
}

impl Source<'_> {
    fn columns(&self, uniforms: &[Vec<f64>], draws: usize) -> Vec<Vec<f64>> {
        match self {
            Self::Fixed(value) => vec![vec![*value; draws]],
            Self::Quantile { dimension, distribution } => {
                let quantile = distribution.quantile_function();
                vec![mapped(&uniforms[*dimension], |u| quantile.at(u))]
            }
            Self::Dirichlet { first, concentrations } => {
                // In logarithms: with concentrations near zero all gammas may be below the smallest number.
                let mut logs: Vec<Vec<f64>> = concentrations
                    .iter()
                    .enumerate()
                    .map(|(i, concentration)| {
                        let gamma = UnitGamma::new(*concentration);
                        mapped(&uniforms[first + i], |u| gamma.ln_quantile(u))
                    })
                    .collect();
                for draw in 0..draws {
                    let largest = logs.iter().map(|column| column[draw]).fold(f64::NEG_INFINITY, f64::max);
                    let mut sum = 0.0;
                    for column in &mut logs {
                        column[draw] = libm::exp(column[draw] - largest);
                        sum += column[draw];
                    }
                    for column in &mut logs {
                        column[draw] /= sum;
                    }
                }
                logs
            }
            Self::Rows { dimension, columns } => columns
                .iter()
                .map(|(_, values)| {
                    let rows = values.len();
                    let row = |u: &f64| ((u * rows as f64) as usize).min(rows - 1);
                    uniforms[*dimension].iter().map(|u| values[row(u)]).collect()
                })
                .collect(),
        }
    }
}

/// A function of every uniform of a column, in tasks of a fixed size.
fn mapped(uniforms: &[f64], function: impl Fn(f64) -> f64 + Sync) -> Vec<f64> {
    let mut values = uniforms.to_vec();
    values.par_chunks_mut(DRAWS_PER_TASK).for_each(|chunk| {
        for value in chunk {
            *value = function(*value);
        }
    });
    values
}

fn check_components(name: &str, components: &[(String, f64)]) -> Result<(), SampleError> {
    if components.len() < 2 {
        return Err(SampleError::TooFewComponents { name: name.to_owned(), count: components.len() });
    }
    for (component, value) in components {
        if !(value.is_finite() && *value > 0.0) {
            return Err(SampleError::Concentration {
                name: name.to_owned(),
                component: component.clone(),
                value: *value,
            });
        }
    }
    Ok(())
}

fn check_columns(name: &str, columns: &[(String, Vec<f64>)]) -> Result<(), SampleError> {
    let expected = columns.first().map_or(0, |(_, values)| values.len());
    if expected == 0 {
        return Err(SampleError::EmptySample { name: name.to_owned() });
    }
    for (column, values) in columns {
        if values.len() != expected {
            return Err(SampleError::UnequalColumns {
                name: name.to_owned(),
                column: column.clone(),
                rows: values.len(),
                expected,
            });
        }
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return Err(SampleError::SampleValue {
                name: name.to_owned(),
                column: column.clone(),
                row: row + 1,
                value: values[row],
            });
        }
    }
    Ok(())
}

fn check_names(names: &[String]) -> Result<(), SampleError> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(SampleError::SameName { name: name.clone() }),
        None => Ok(()),
    }
}

fn pairs(
    stated: &[(String, String, f64)],
    correlatable: &BTreeMap<&str, usize>,
) -> Result<Vec<(usize, usize, f64)>, SampleError> {
    let mut seen = BTreeSet::new();
    let mut pairs = Vec::new();
    for (first, second, rho) in stated {
        let dimension = |name: &String| {
            correlatable.get(name.as_str()).copied().ok_or_else(|| SampleError::NotCorrelatable {
                first: first.clone(),
                second: second.clone(),
                name: name.clone(),
            })
        };
        let (i, j) = (dimension(first)?, dimension(second)?);
        if i == j {
            return Err(SampleError::WithItself { name: first.clone() });
        }
        if !(-1.0..=1.0).contains(rho) {
            return Err(SampleError::CorrelationRange {
                first: first.clone(),
                second: second.clone(),
                rho: *rho,
            });
        }
        if !seen.insert((i.min(j), i.max(j))) {
            return Err(SampleError::CorrelationTwice { first: first.clone(), second: second.clone() });
        }
        pairs.push((i, j, *rho));
    }
    Ok(pairs)
}

#[cfg(test)]
#[path = "draws_tests.rs"]
mod tests;
