//! Line diffs for failed comparisons.

/// The lines of `expected` and `actual` side by side as a unified diff without context limits,
/// for texts of test size.
pub fn lines(expected: &str, actual: &str) -> String {
    let (left, right): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let common = common_suffixes(&left, &right);
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < left.len() || j < right.len() {
        let (mark, line) = if i < left.len() && j < right.len() && left[i] == right[j] {
            (i, j) = (i + 1, j + 1);
            (' ', left[i - 1])
        } else if j == right.len() || (i < left.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', left[i - 1])
        } else {
            j += 1;
            ('+', right[j - 1])
        };
        out.push_str(&format!("  {mark} {line}\n"));
    }
    out
}

/// Length of the longest common subsequence of every pair of suffixes.
fn common_suffixes(left: &[&str], right: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            table[i][j] = if left[i] == right[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn marks_what_is_missing_and_what_is_new() {
        assert_eq!(lines("a\nb\nc", "a\nx\nc"), "    a\n  - b\n  + x\n    c\n");
    }
}
