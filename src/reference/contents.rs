//! What people write about people: the text of synthetic notes and communications, with names and numbers in it.

use super::chance::Chance;
use super::dealings::Subject;
use super::numbers;
use crate::words::demo_sentences;

/// A note about somebody: it quotes the name and mostly a number or an address, as notes do.
pub fn note(subject: &Subject<'_>, chance: &mut Chance) -> (String, String) {
    let (formal, full) = (subject.person.formal_name(), subject.person.full_name());
    let first = match chance.below(7) {
        0 => format!("Rappeler {formal} au {}.", subject.phone),
        1 => format!("{full} préfère le mail : {}.", subject.email),
        2 => format!("Vu avec {full} ce matin, joignable au {}.", subject.phone),
        3 => format!("Échange avec {formal} ({}, {}).", subject.email, subject.phone),
        4 => format!("{full} est en congé, passer par l'accueil ou écrire à {}.", subject.email),
        5 => format!("Nouvelle adresse de {formal} à {} : à mettre à jour.", subject.commune.name),
        _ => format!("{formal} a changé de numéro, désormais {}.", subject.phone),
    };
    let title = match chance.below(4) {
        0 => format!("Appel {formal}"),
        1 => format!("Point avec {full}"),
        2 => "Suivi".to_owned(),
        _ => "Compte rendu".to_owned(),
    };
    (title, paragraph(first, chance))
}

/// What should never have been written into a note: for `audit notes` to find. One kind holds a valid NIR, the only
/// place in the demo that has one.
pub fn trap(subject: &Subject<'_>, birth_date: &str, chance: &mut Chance) -> (String, String) {
    let formal = subject.person.formal_name();
    let order = chance.below(900);
    let body = match order % 6 {
        0 => {
            format!("N° de sécurité sociale : {}.", subject.person.nir(birth_date, subject.commune, order))
        }
        1 => format!("RIB transmis par {formal} : {}.", numbers::iban(chance.below(99_999_999_999))),
        2 => format!("{formal} sort d'une opération du cœur et suit un traitement lourd."),
        3 => format!("{formal} est pénible, toujours de mauvaise foi, à éviter."),
        4 => {
            format!(
                "Accès à l'espace client de {formal} : identifiant {}, mot de passe Soleil2024!",
                subject.email
            )
        }
        _ => format!("{formal} a un mandat syndical, ne pas aborder le sujet."),
    };
    ("À savoir".to_owned(), body)
}

/// A mail, its subject and text, from whoever writes to whoever is written to.
pub fn mail(subject: &Subject<'_>, colleague: &str, inbound: bool, chance: &mut Chance) -> (String, String) {
    let topic = chance.pick(&[
        "Votre demande",
        "Devis",
        "Suite à notre échange",
        "Facture",
        "Livraison",
        "Rendez-vous",
        "Réclamation",
    ]);
    let text = paragraph(String::new(), chance);
    let full = subject.person.full_name();
    if inbound {
        let body =
            format!("Bonjour,\n\n{text}\n\nCordialement,\n{full}\n{}\n{}", subject.phone, subject.email);
        return (format!("Re: {topic}"), body);
    }
    let formal = subject.person.formal_name();
    (format!("{topic} - {full}"), format!("Bonjour {formal},\n\n{text}\n\nBien cordialement,\n{colleague}"))
}

/// What was noted of a call.
pub fn call(subject: &Subject<'_>, inbound: bool, chance: &mut Chance) -> (String, String) {
    let formal = subject.person.formal_name();
    let opening = if inbound {
        format!("{formal} a appelé du {}.", subject.phone)
    } else {
        format!("Appelé {formal} au {}.", subject.phone)
    };
    (format!("Appel {formal}"), paragraph(opening, chance))
}

/// What was noted of a meeting.
pub fn meeting(subject: &Subject<'_>, colleague: &str, chance: &mut Chance) -> (String, String) {
    let full = subject.person.full_name();
    let opening = format!("Présents : {full}, {colleague}, à {}.", subject.commune.name);
    (format!("Réunion avec {full}"), paragraph(opening, chance))
}

/// One to three sentences after the first one, if there is a first one.
fn paragraph(first: String, chance: &mut Chance) -> String {
    let mut text = first;
    for _ in 0..=chance.below(3) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(chance.pick(demo_sentences()));
    }
    text
}
