//! Lists, sets, maps, tuples, options and results.

use crate::generate::Gen;
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Int, Str};
use crate::types::{Field, Variant};

impl Gen {
    /// `(a, b)`
    pub(super) fn tuple(&mut self, parts: &[Type], fuel: u32) -> Node {
        let template = format!("({})", vec!["@"; parts.len()].join(", "));
        self.expr_with(Type::Tuple(parts.to_vec()), &template, parts, fuel)
    }

    /// A list literal of one to so many elements.
    pub(super) fn list_of(&mut self, of: &Type, most: usize, fuel: u32) -> Node {
        let count = 1 + self.choices.below(most);
        let elements = (0..count).map(|_| self.expr(of, fuel)).collect();
        Node::filled(
            Role::Expr(Type::list(of.clone())),
            "[@]",
            vec![Part::Commas(elements)],
        )
    }

    /// A list.
    pub(super) fn list(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::list(of.clone());
        let (own, element) = (ty.clone(), of.clone());
        match self.choices.below(15) {
            0 => self.list_of(of, 4, fuel),
            1 => self.expr_with(ty, "[@, ...@]", &[element, own], fuel),
            2 => self.expr_with(ty, "(@ :: @)", &[element, own], fuel),
            3 => self.expr_with(ty, "(@ ++ @)", &[own.clone(), own], fuel),
            4 => self.expr_with(ty, "List.append(@, @)", &[own, element], fuel),
            5 => self.expr_with(ty, "[...@, @]", &[own, element], fuel),
            6..9 => self.comprehension(of, fuel),
            9 => self.set_element(of, fuel),
            10 => {
                let (name, n) = (*self.choices.pick(&["take", "drop"]), self.choices.below(4));
                self.expr_with(ty, &format!("List.{name}(@, {n})"), &[own], fuel)
            }
            11 => self.mapped(of, fuel),
            12 => self.filtered(of, fuel),
            13 => self.sorted(of, fuel),
            _ => self.converted(of, fuel),
        }
    }

    /// A list with another element, in place when nobody else holds it.
    fn set_element(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::list(of.clone());
        let list = self.list_of(of, 3, fuel);
        if self.choices.chance(50) {
            let value = self.expr(of, fuel);
            return Node::expr(ty, "List.set(@, 0, @)", [list, value]);
        }
        let change = self.lambda(std::slice::from_ref(of), of, 2, fuel);
        Node::expr(ty, "List.update_at(@, 0, @)", [list, change])
    }

    fn mapped(&mut self, of: &Type, fuel: u32) -> Node {
        let from = self.any_type();
        let list = self.expr(&Type::list(from.clone()), fuel);
        let change = self.lambda(&[from], of, 6, fuel);
        let template =
            *self
                .choices
                .pick(&["List.map(@, @)", "(@ |> List.map(@))", "map_all(@, @)"]);
        Node::expr(Type::list(of.clone()), template, [list, change])
    }

    fn filtered(&mut self, of: &Type, fuel: u32) -> Node {
        let list = self.expr(&Type::list(of.clone()), fuel);
        let test = self.lambda(std::slice::from_ref(of), &Type::Bool, 6, fuel);
        let name = *self.choices.pick(&["filter", "take_while", "drop_while"]);
        Node::expr(
            Type::list(of.clone()),
            &format!("List.{name}(@, @)"),
            [list, test],
        )
    }

    fn sorted(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::list(of.clone());
        let own = ty.clone();
        if self.choices.chance(40) {
            return self.expr_with(ty, "List.reverse(@)", &[own], fuel);
        }
        if self.decls.ordered(of) {
            let name = *self.choices.pick(&["sorted", "sort_desc"]);
            return self.expr_with(ty, &format!("List.{name}(@)"), &[own], fuel);
        }
        let list = self.expr(&own, fuel);
        let key = self.lambda(std::slice::from_ref(of), &Int, 6, fuel);
        Node::expr(ty, "List.sort_by(@, @)", [list, key])
    }

    /// A list made of something else.
    fn converted(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::list(of.clone());
        let other = self.type_with(|decls, ty| !decls.has_functions(ty));
        match of {
            Str if self.choices.chance(50) => {
                let template = *self
                    .choices
                    .pick(&["String.graphemes(@)", "String.split(@, \",\")"]);
                self.expr_with(ty, template, &[Str], fuel)
            }
            Int if self.choices.chance(50) => {
                self.expr_with(ty, "String.codepoints(@)", &[Str], fuel)
            }
            Type::Tuple(parts) if parts.len() == 2 => {
                let lists = parts.iter().cloned().map(Type::list).collect::<Vec<_>>();
                self.expr_with(ty, "List.zip(@, @)", &lists, fuel)
            }
            _ if self.decls.has_functions(of) => self.list_of(of, 3, fuel),
            _ if self.choices.chance(40) => {
                let map = Type::Map(Box::new(of.clone()), Box::new(other));
                self.expr_with(ty, "Map.keys(@)", &[map], fuel)
            }
            _ if self.choices.chance(50) => {
                let map = Type::Map(Box::new(other), Box::new(of.clone()));
                self.expr_with(ty, "Map.values(@)", &[map], fuel)
            }
            _ => self.expr_with(
                ty,
                "Set.to_list(@)",
                &[Type::Set(Box::new(of.clone()))],
                fuel,
            ),
        }
    }

    /// A set that is written down.
    pub(super) fn set_of(&mut self, of: &Type, fuel: u32) -> Node {
        let list = self.list_of(of, 3, fuel);
        Node::expr(Type::Set(Box::new(of.clone())), "Set.from_list(@)", [list])
    }

    /// A set.
    pub(super) fn set(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::Set(Box::new(of.clone()));
        let (own, element) = (ty.clone(), of.clone());
        match self.choices.below(6) {
            0 => self.set_of(of, fuel),
            1 => self.expr_with(ty, "Set.from_list(@)", &[Type::list(element)], fuel),
            2 => self.expr_with(ty, "Set.add(@, @)", &[own, element], fuel),
            3 => self.expr_with(ty, "Set.remove(@, @)", &[own, element], fuel),
            _ => {
                let name = *self.choices.pick(&["union", "intersection", "difference"]);
                self.expr_with(ty, &format!("Set.{name}(@, @)"), &[own.clone(), own], fuel)
            }
        }
    }

    /// A map that is written down.
    pub(super) fn map_of(&mut self, key: &Type, value: &Type, fuel: u32) -> Node {
        let mut entries = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            let (k, v) = (self.expr(key, fuel), self.expr(value, fuel));
            entries.push(Node::filled(
                Role::Piece,
                "@ => @",
                vec![Part::Node(k), Part::Node(v)],
            ));
        }
        let ty = Type::Map(Box::new(key.clone()), Box::new(value.clone()));
        Node::filled(Role::Expr(ty), "%{@}", vec![Part::Commas(entries)])
    }

    /// A map.
    pub(super) fn map(&mut self, key: &Type, value: &Type, fuel: u32) -> Node {
        let ty = Type::Map(Box::new(key.clone()), Box::new(value.clone()));
        let (own, k, v) = (ty.clone(), key.clone(), value.clone());
        match self.choices.below(8) {
            0 => self.map_of(key, value, fuel),
            1 | 2 => self.expr_with(ty, "Map.put(@, @, @)", &[own, k, v], fuel),
            3 => self.expr_with(ty, "Map.delete(@, @)", &[own, k], fuel),
            4 => self.expr_with(ty, "Map.merge(@, @)", &[own.clone(), own], fuel),
            5 => {
                let pairs = Type::list(Type::Tuple(vec![k, v]));
                self.expr_with(ty, "Map.from_list(@)", &[pairs], fuel)
            }
            6 => {
                let (map, at, start) = (
                    self.expr(&own, fuel),
                    self.expr(key, fuel),
                    self.expr(value, fuel),
                );
                let change = self.lambda(std::slice::from_ref(&v), &v, 2, fuel);
                Node::expr(ty, "Map.update_or(@, @, @, @)", [map, at, start, change])
            }
            _ => {
                let map = self.expr(&own, fuel);
                let test = self.lambda(&[k, v], &Type::Bool, 6, fuel);
                Node::expr(ty, "Map.filter(@, @)", [map, test])
            }
        }
    }

    /// `Some(x)`
    pub(super) fn some(&mut self, of: &Type, fuel: u32) -> Node {
        self.expr_with(
            Type::option(of.clone()),
            "Some(@)",
            std::slice::from_ref(of),
            fuel,
        )
    }

    /// An option.
    pub(super) fn option(&mut self, of: &Type, fuel: u32) -> Node {
        let ty = Type::option(of.clone());
        match self.choices.below(7) {
            0..2 => self.some(of, fuel),
            2 => self.simplest(&ty),
            3 => {
                let at = self.choices.below(3);
                let template = format!("List.at(@, {at})");
                self.expr_with(ty, &template, &[Type::list(of.clone())], fuel)
            }
            4 => {
                let key = self.type_with(|decls, ty| !decls.has_functions(ty));
                let map = Type::Map(Box::new(key.clone()), Box::new(of.clone()));
                self.expr_with(ty, "Map.find(@, @)", &[map, key], fuel)
            }
            5 => {
                let from = self.any_type();
                let option = self.expr(&Type::option(from.clone()), fuel);
                let change = self.lambda(&[from], of, 1, fuel);
                Node::expr(ty, "Option.map(@, @)", [option, change])
            }
            _ => {
                let list = self.expr(&Type::list(of.clone()), fuel);
                let test = self.lambda(std::slice::from_ref(of), &Type::Bool, 6, fuel);
                Node::expr(ty, "List.find(@, @)", [list, test])
            }
        }
    }

    /// `Ok(x)` or `Err(e)`, of exactly this type.
    pub(super) fn ok_or_err(&mut self, of: &Type, error: &Type, fuel: u32) -> Node {
        let ty = Type::Result(Box::new(of.clone()), Box::new(error.clone()));
        let (name, field) = match self.choices.chance(60) {
            true => ("Ok", of),
            false => ("Err", error),
        };
        let variant = Variant {
            name: name.into(),
            named: false,
            fields: vec![Field {
                name: String::new(),
                ty: field.clone(),
            }],
        };
        let maker = self.helpers.maker(&ty, &variant);
        self.expr_with(
            ty,
            &format!("{maker}(@)"),
            std::slice::from_ref(field),
            fuel,
        )
    }

    /// A result.
    pub(super) fn result(&mut self, of: &Type, error: &Type, fuel: u32) -> Node {
        let ty = Type::Result(Box::new(of.clone()), Box::new(error.clone()));
        match self.choices.below(4) {
            0..2 => self.ok_or_err(of, error, fuel),
            2 => {
                let holes = [Type::option(of.clone()), error.clone()];
                self.expr_with(ty, "Option.to_result(@, @)", &holes, fuel)
            }
            _ => {
                let from = self.any_type();
                let source = Type::Result(Box::new(from.clone()), Box::new(error.clone()));
                let result = self.expr(&source, fuel);
                let change = self.lambda(&[from], of, 1, fuel);
                Node::expr(ty, "Result.map(@, @)", [result, change])
            }
        }
    }
}
