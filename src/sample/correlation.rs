//! Correlated parameters: a Gaussian copula on the design's own uniforms.
//!
//! The normal scores `z = Φ⁻¹(u)` of the parameters that are correlated become `z' = L z`, where `L Lᵀ = R`
//! (Cholesky), and go back as `u' = Φ(z')`: each parameter keeps its distribution, whatever it is. R holds
//! `2 sin(π ρ/6)` for a stated rank correlation ρ: Pearson's relation between the product-moment correlation
//! of two normals and Spearman's of anything that rises with them (Pearson 1907, *On further methods of
//! determining correlation*). This is what Iman & Conover (1982, *Commun. Stat. B* 11:311–334) reach by
//! rearranging a sample; done on the normal scores it needs no sample and keeps each draw's address.
//!
//! Only parameters that correlations link, directly or through others, are transformed, and each linked group
//! on its own, its members in the order of their names. All other columns stay as they were, to the bit.

use super::normal::{normal_cdf, normal_inverse};
use super::stream::open_unit;
use ndarray::Array2;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// A pivot of Cholesky's method below this counts as zero: correlations of exactly 1 or −1, rounded.
const ZERO_PIVOT: f64 = 1e-12;

/// A group of linked parameters and how to mix their normal scores.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Positions in the plan's list of dimensions, in the order of the names.
    pub(super) members: Vec<usize>,
    cholesky: Array2<f64>,
}

/// Stated correlations that no joint distribution has.
#[derive(Debug, Clone)]
pub(super) struct Impossible {
    /// `(first, second, stated ρ, nearest possible ρ)` as positions in the list of dimensions.
    pub(super) pairs: Vec<(usize, usize, f64, f64)>,
}

/// The linked groups of a set of rank correlations between dimensions (pairs `first, second, ρ`, each pair once).
///
/// # Errors
/// [`Impossible`] where a group's matrix has a negative eigenvalue, with the nearest matrix that has none.
pub(super) fn groups(names: &[&str], pairs: &[(usize, usize, f64)]) -> Result<Vec<Group>, Impossible> {
    let mut groups = Vec::new();
    for members in linked(names, pairs) {
        let place: BTreeMap<usize, usize> = members.iter().enumerate().map(|(i, m)| (*m, i)).collect();
        let mut rank = Array2::eye(members.len());
        for (first, second, rho) in pairs {
            if let (Some(&i), Some(&j)) = (place.get(first), place.get(second)) {
                rank[[i, j]] = *rho;
                rank[[j, i]] = *rho;
            }
        }
        match cholesky(&of_normals(&rank)) {
            Some(cholesky) => groups.push(Group { members, cholesky }),
            None => {
                let nearest = nearest(&rank);
                let mut changed = Vec::new();
                for i in 0..members.len() {
                    for j in 0..i {
                        if (rank[[i, j]] - nearest[[i, j]]).abs() > 1e-9 {
                            changed.push((members[j], members[i], rank[[i, j]], nearest[[i, j]]));
                        }
                    }
                }
                return Err(Impossible { pairs: changed });
            }
        }
    }
    Ok(groups)
}

/// Sets of dimensions that pairs connect, each in the order of the names; the sets in the order of their first.
fn linked(names: &[&str], pairs: &[(usize, usize, f64)]) -> Vec<Vec<usize>> {
    let mut set_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (first, second, _) in pairs {
        let a = *set_of.entry(*first).or_insert(*first);
        let b = *set_of.entry(*second).or_insert(*second);
        for set in set_of.values_mut() {
            if *set == a {
                *set = b;
            }
        }
    }
    let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (dimension, set) in set_of {
        sets.entry(set).or_default().push(dimension);
    }
    let mut sets: Vec<Vec<usize>> = sets.into_values().collect();
    for set in &mut sets {
        set.sort_by_key(|dimension| names[*dimension]);
    }
    sets.sort_by_key(|set| names[set[0]]);
    sets
}

fn of_normals(rank: &Array2<f64>) -> Array2<f64> {
    let mut matrix = rank.mapv(|rho| 2.0 * libm::sin(PI * rho / 6.0));
    matrix.diag_mut().fill(1.0);
    matrix
}

/// The lower triangle L with `L Lᵀ = matrix`, or `None` where there is none. Semidefinite matrices have one: a
/// zero pivot stands for a parameter that follows from those before it.
fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut l = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        let left: f64 = (0..j).map(|k| l[[j, k]] * l[[j, k]]).sum();
        let pivot = matrix[[j, j]] - left;
        if pivot < -ZERO_PIVOT {
            return None;
        }
        let root = if pivot < ZERO_PIVOT { 0.0 } else { libm::sqrt(pivot) };
        l[[j, j]] = root;
        for i in j + 1..n {
            let rest = matrix[[i, j]] - (0..j).map(|k| l[[i, k]] * l[[j, k]]).sum::<f64>();
            if root > 0.0 {
                l[[i, j]] = rest / root;
            } else if rest.abs() > 1e-6 {
                return None;
            }
        }
    }
    Some(l)
}

/// The nearest rank correlations (to four decimals) whose matrix can be decomposed.
///
/// Higham's alternating projections (2002, *IMA J. Numer. Anal.* 22:329–343) between matrices without
/// eigenvalues below a floor and matrices with a diagonal of ones; the floor rises until rounding to four
/// decimals does no harm.
fn nearest(rank: &Array2<f64>) -> Array2<f64> {
    let target = of_normals(rank);
    let n = target.nrows();
    for floor in [1e-4, 1e-3, 1e-2, 0.1] {
        let mut y = target.clone();
        let mut correction = Array2::<f64>::zeros((n, n));
        for _ in 0..500 {
            let r = &y - &correction;
            let x = with_eigenvalues_from(&r, floor);
            correction = &x - &r;
            let mut next = x;
            next.diag_mut().fill(1.0);
            let moved = (&next - &y).iter().fold(0.0, |most: f64, change| most.max(change.abs()));
            y = next;
            if moved < 1e-10 {
                break;
            }
        }
        let mut rounded =
            y.mapv(|r| libm::round(6.0 / PI * libm::asin((r / 2.0).clamp(-0.5, 0.5)) * 1e4) / 1e4 + 0.0);
        rounded.diag_mut().fill(1.0);
        if cholesky(&of_normals(&rounded)).is_some() {
            return rounded;
        }
    }
    Array2::eye(n)
}

/// The symmetric matrix with its eigenvalues below `floor` raised to it.
fn with_eigenvalues_from(matrix: &Array2<f64>, floor: f64) -> Array2<f64> {
    let (values, vectors) = eigen(matrix);
    let n = values.len();
    Array2::from_shape_fn((n, n), |(i, j)| {
        (0..n).map(|k| vectors[[i, k]] * values[k].max(floor) * vectors[[j, k]]).sum()
    })
}

/// Eigenvalues and eigenvectors (in columns) of a symmetric matrix by Jacobi's rotations.
fn eigen(matrix: &Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let n = matrix.nrows();
    let mut a = matrix.clone();
    let mut vectors = Array2::<f64>::eye(n);
    for _sweep in 0..60 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[[i, j]] * a[[i, j]]).sum();
        if off < 1e-28 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[[p, q]].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
                let t = libm::copysign(1.0, theta) / (theta.abs() + libm::sqrt(theta * theta + 1.0));
                let c = 1.0 / libm::sqrt(t * t + 1.0);
                let s = t * c;
                for k in 0..n {
                    let (kp, kq) = (a[[k, p]], a[[k, q]]);
                    a[[k, p]] = c * kp - s * kq;
                    a[[k, q]] = s * kp + c * kq;
                }
                for k in 0..n {
                    let (pk, qk) = (a[[p, k]], a[[q, k]]);
                    a[[p, k]] = c * pk - s * qk;
                    a[[q, k]] = s * pk + c * qk;
                }
                for k in 0..n {
                    let (kp, kq) = (vectors[[k, p]], vectors[[k, q]]);
                    vectors[[k, p]] = c * kp - s * kq;
                    vectors[[k, q]] = s * kp + c * kq;
                }
            }
        }
    }
    (a.diag().to_vec(), vectors)
}

impl Group {
    /// The uniforms of the members, in the order of [`members`](Self::members), correlated.
    pub(super) fn correlated(&self, uniforms: &[&[f64]]) -> Vec<Vec<f64>> {
        let scores: Vec<Vec<f64>> =
            uniforms.iter().map(|column| column.iter().map(|u| normal_inverse(*u)).collect()).collect();
        uniforms
            .iter()
            .enumerate()
            .map(|(i, own)| {
                if i == 0 {
                    return own.to_vec();
                }
                (0..own.len())
                    .map(|draw| {
                        let z: f64 = (0..=i).map(|k| self.cholesky[[i, k]] * scores[k][draw]).sum();
                        normal_cdf(z).clamp(open_unit(0), open_unit(u64::MAX))
                    })
                    .collect()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlinked_dimensions_form_no_group_and_links_form_one_each() {
        let names = ["d", "c", "b", "a", "e"];
        // d–a, c–b; e alone. Groups in the order of names: {a, d} = positions 3, 0; {b, c} = positions 2, 1.
        assert_eq!(linked(&names, &[(0, 3, 0.5), (1, 2, 0.5)]), [vec![3, 0], vec![2, 1]]);
        // A chain joins them.
        assert_eq!(linked(&names, &[(0, 3, 0.5), (1, 2, 0.5), (2, 3, 0.1)]), [vec![3, 2, 1, 0]]);
    }

    #[test]
    fn a_perfect_correlation_makes_one_follow_the_other() {
        let groups = groups(&["a", "b"], &[(0, 1, 1.0)]);
        let mixed = groups.map(|groups| groups[0].correlated(&[&[0.1, 0.7], &[0.9, 0.2]]));
        assert!(mixed.is_ok_and(|m| (m[1][0] - 0.1).abs() < 1e-15 && (m[1][1] - 0.7).abs() < 1e-15));
    }

    #[test]
    fn three_parameters_cannot_all_be_opposites_and_the_nearest_matrix_is_named() {
        // With equal correlations r among three, the smallest eigenvalue is 1 + 2r: −0.9 is impossible, and by
        // symmetry the nearest is r = −½ among the normals, which is 6/π·asin(−¼) = −0.4826 in ranks.
        let stated = [(0, 1, -0.9), (0, 2, -0.9), (1, 2, -0.9)];
        let Err(impossible) = groups(&["a", "b", "c"], &stated) else { panic!("accepted") };
        assert_eq!(impossible.pairs.len(), 3);
        for (first, second, rho, near) in &impossible.pairs {
            assert_eq!(*rho, -0.9);
            assert!((near + 0.4826).abs() < 2e-3, "{first}-{second}: {near}");
        }
        // What the message proposes must itself be accepted.
        let proposed: Vec<_> = impossible.pairs.iter().map(|(a, b, _, near)| (*a, *b, *near)).collect();
        assert!(groups(&["a", "b", "c"], &proposed).is_ok());
    }

    #[test]
    fn jacobi_finds_the_eigenvalues_of_a_known_matrix() {
        // [[2, 1], [1, 2]] has the eigenvalues 1 and 3.
        let (mut values, _) = eigen(&ndarray::arr2(&[[2.0, 1.0], [1.0, 2.0]]));
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
    }
}
