//! What the policy has against a new password: every reason at once.

use super::policy::Policy;
use crate::secret::Secret;

/// Parts of names shorter than this are in too many passwords to be refused, in characters.
const SHORTEST_PART: usize = 3;

/// Every reason why the policy refuses a password; `names` are the login, the names and the address of its owner.
pub fn objections(policy: &Policy, names: &[&str], password: &Secret) -> Vec<String> {
    let (rules, text) = (&policy.rules, password.expose());
    let mut reasons = Vec::new();
    let length = rules.get("minimum-length");
    if (text.chars().count() as i64) < length {
        reasons.push(format!("it is shorter than {length} characters"));
    }
    let classes = rules.get("minimum-classes");
    if classes_of(text) < classes {
        reasons.push(format!(
            "it has fewer than {classes} of the four classes: small letters, capitals, digits, other signs"
        ));
    }
    if rules.is_on("refuse-login") && names.iter().any(|name| holds(text, name)) {
        reasons.push("it holds the login or the name of its owner".into());
    }
    if rules.is_on("refuse-company-name") && policy.organisation.iter().any(|name| holds(text, name)) {
        reasons.push("it holds the name of the company".into());
    }
    reasons
}

fn classes_of(text: &str) -> i64 {
    let has = |class: fn(char) -> bool| i64::from(text.chars().any(class));
    has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(char::is_numeric)
        + has(|letter| !letter.is_alphanumeric())
}

/// Whether a text holds a name, or a word of it, whatever the case.
fn holds(text: &str, name: &str) -> bool {
    let text = text.to_lowercase();
    let name = name.to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric())
        .chain([name.as_str()])
        .any(|part| part.chars().count() >= SHORTEST_PART && text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(password: &str) -> usize {
        let policy = Policy { organisation: vec!["Val Clair".into()], ..Policy::default() };
        objections(&policy, &["mdurand", "Marie Durand"], &Secret::new(password.into())).len()
    }

    #[test]
    fn every_reason_is_told_at_once() {
        assert_eq!(reasons("Mesange-bleue-7"), 0);
        assert_eq!(reasons("court"), 2);
        assert_eq!(reasons("MARIE"), 3);
        assert_eq!(reasons("Durand-2026"), 1);
        assert_eq!(reasons("clair"), 3);
        assert_eq!(reasons("éàü-ÉÀÜ-"), 0, "letters of every alphabet count");
    }
}
