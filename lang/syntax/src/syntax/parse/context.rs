//! What the rules read and fill besides the tokens: the source text and the contents of groups.

use chumsky::inspector::SimpleState;
use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::syntax::ast::*;
use crate::syntax::token::{GroupId, TextId};

/// The parsed content of a group, until the rule of the construct around it takes it.
#[derive(Debug, Default)]
pub enum Content {
    /// Taken already, or not parsed yet.
    #[default]
    Empty,
    /// Statements, with the parameters of `do |x|` if there were bars.
    Body {
        params: Option<Vec<Param>>,
        body: Block,
    },
    /// `if`, from its first branch on.
    If {
        then: Block,
        otherwise: Option<Block>,
    },
    /// Arms of `case`, or of `receive` with its `after`.
    Arms {
        arms: Vec<Arm>,
        after: Option<(Expr, Block)>,
    },
    /// Arms of `cond`.
    Cond(Vec<(Expr, Block)>),
    /// A closure.
    Closure(Closure),
    /// Fields of a struct.
    Fields(Vec<FieldDef>),
    /// Variants of a sum type.
    Variants(Vec<VariantDef>),
    /// Members of an interface or implementation.
    Methods {
        assoc: Vec<AssocType>,
        methods: Vec<Method>,
    },
    /// Body of an actor.
    Actor {
        body: Block,
        terminate: Option<Block>,
    },
    /// Members of a service.
    Service(Vec<ServiceMember>),
    /// Settings and children.
    Supervisor {
        settings: Vec<(Ident, Expr)>,
        children: Vec<ChildDef>,
    },
    /// Items of a module.
    Items(Vec<Item>),
}

/// `type Item` or `type Item = T`.
#[derive(Debug)]
pub struct AssocType {
    pub name: Ident,
    pub ty: Option<TypeExpr>,
}

/// The state of the rules.
pub struct Context<'t> {
    pub source: &'t str,
    pub texts: &'t [SmolStr],
    pub contents: Vec<Content>,
    /// Mistakes in text that is well-formed otherwise; dropped with the statement if it does not parse.
    pub problems: Vec<Diagnostic>,
}

pub type State<'t> = SimpleState<Context<'t>>;

impl<'t> Context<'t> {
    pub fn text(&self, span: Span) -> &'t str {
        self.source
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    pub fn ident(&self, span: Span) -> Ident {
        Ident {
            name: SmolStr::new(self.text(span)),
            span,
        }
    }

    pub fn decoded(&self, id: TextId) -> SmolStr {
        self.texts.get(id as usize).cloned().unwrap_or_default()
    }

    /// The content of a group. Each is asked for once: no rule that can succeed reads a group twice.
    pub fn take(&mut self, id: GroupId) -> Content {
        let content = self.contents.get_mut(id as usize);
        content.map(std::mem::take).unwrap_or_default()
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }
}
