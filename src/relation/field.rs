//! What the relations of a kind can be asked for by name.

use crate::fault::{Fault, Result};
use crate::schema::{
    Bond, Category, CompleteMap, Content, Field, FieldPlace, LinkTarget, MappedColumn, MappedTable, Relation,
    RelationKind, nearest,
};
use crate::store::Generated;

/// The fields of a kind of relation: those that the map names, then the columns of the root table by their own names,
/// then what the categories of other columns leave no doubt about.
pub struct FieldSet<'a> {
    /// The map.
    pub map: &'a CompleteMap,
    /// What the map says of relations of this kind.
    pub relation: &'a Relation,
    /// The table of the root rows.
    pub root: &'a MappedTable,
    fields: Vec<Field>,
}

/// Fields that every kind has, if there is but one column that they can be.
const USUAL: &[(&str, Category)] =
    &[("email", Category::Email), ("phone", Category::Phone), ("town", Category::Town)];

impl<'a> FieldSet<'a> {
    /// The fields of a kind.
    ///
    /// # Errors
    /// Missing when the map knows no such relations.
    pub fn of(map: &'a CompleteMap, kind: RelationKind) -> Result<Self> {
        let unknown = || Fault::missing(format!("the map {} knows no {}", map.name(), kind.word()));
        let relation = map.relation(kind).ok_or_else(unknown)?;
        let root = map.require_table(&relation.table)?;
        let mut set = FieldSet { map, relation, root, fields: map.fields(kind).cloned().collect() };
        for column in &root.columns {
            if set.is_a_field(column) && set.find(&column.name).is_none() {
                let plain = set.plain(&column.name, &column.name);
                set.fields.push(plain);
            }
        }
        if let Some(label) = &relation.label
            && set.find("name").is_none()
        {
            let plain = set.plain("name", label);
            set.fields.push(plain);
        }
        for (name, category) in USUAL {
            if set.find(name).is_none() {
                let only = set.only_column_of(name, *category);
                set.fields.extend(only);
            }
        }
        Ok(set)
    }

    /// The fields, the map's own first.
    pub fn all(&self) -> &[Field] {
        &self.fields
    }

    /// The field of that name, in any case.
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The field of that name.
    ///
    /// # Errors
    /// Usage when there is none, with the nearest name.
    pub fn require(&self, name: &str) -> Result<&Field> {
        self.find(name).ok_or_else(|| {
            let kind = self.relation.kind.word();
            let known: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            let fault = Fault::usage(format!("a {kind} has no field `{name}`"));
            match nearest(name, known.iter().copied()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!("its fields are {}", known.join(", "))),
            }
            .into()
        })
    }

    /// What the values of a field are, as the map says.
    pub fn column(&self, field: &Field) -> Option<&'a MappedColumn> {
        self.map.table(&field.table)?.column(&field.column)
    }

    /// Secrets are none, and of bytes only the size could be told.
    fn is_a_field(&self, column: &MappedColumn) -> bool {
        let live = self.root.table.column(&column.name);
        let fits = live
            .is_some_and(|live| live.generated != Generated::Hidden && !live.type_name().contains("BLOB"));
        fits && column.rule.content != Content::One(Category::Secret)
    }

    fn plain(&self, name: &str, column: &str) -> Field {
        self.field(name, &self.root.table.name, column, FieldPlace::Root)
    }

    fn field(&self, name: &str, table: &str, column: &str, place: FieldPlace) -> Field {
        Field {
            kind: self.relation.kind,
            name: name.to_owned(),
            table: table.to_owned(),
            column: column.to_owned(),
            place,
            filter: Vec::new(),
            also: Vec::new(),
            origin: self.relation.origin.clone(),
        }
    }

    /// The one column of a category that the root row or the rows that belong to it have.
    fn only_column_of(&self, name: &str, category: Category) -> Option<Field> {
        let of_category = |mapped: &'a MappedTable| {
            mapped.columns.iter().filter(move |column| column.rule.content == Content::One(category))
        };
        let roots: Vec<_> = of_category(self.root).collect();
        if let [only] = roots.as_slice() {
            return Some(self.plain(name, &only.name));
        }
        if !roots.is_empty() {
            return None;
        }
        let mut found = Vec::new();
        for mapped in self.map.tables() {
            let is_root = self.map.relations().iter().any(|other| other.table == mapped.table.name);
            let owners = mapped.columns.iter().filter(|column| self.owns(column));
            if let ([owner], false) = (owners.collect::<Vec<_>>().as_slice(), is_root) {
                found.extend(of_category(mapped).map(|column| (mapped, *owner, column)));
            }
        }
        let [(mapped, owner, column)] = found.as_slice() else { return None };
        let place = FieldPlace::Child { by: owner.name.clone() };
        Some(self.field(name, &mapped.table.name, &column.name, place))
    }

    fn owns(&self, column: &MappedColumn) -> bool {
        column.rule.link.as_ref().is_some_and(|link| {
            let key = matches!(&link.target, LinkTarget::Key { table } if *table == self.root.table.name);
            key && link.bond == Bond::Owner
        })
    }
}

/// Whether a search by words looks into a column: names, mail addresses, telephone numbers, towns.
pub fn is_searched(column: &MappedColumn) -> bool {
    let fits = |category: &Category| {
        matches!(
            category,
            Category::GivenName
                | Category::FamilyName
                | Category::FullName
                | Category::PartyName
                | Category::CompanyName
                | Category::Email
                | Category::Phone
                | Category::Town
        )
    };
    match &column.rule.content {
        Content::One(category) | Content::ListOf(category) => fits(category),
        Content::ByColumn { when, .. } => when.values().any(fits),
        _ => false,
    }
}
