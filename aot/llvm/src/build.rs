//! A thin layer over LLVM's builder: what lowering says often, said shortly.
//!
//! The builder only fails when it is misused (no position, wrong types): a mistake of this crate, for which there is nothing to recover.

use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::types::{BasicType, BasicTypeEnum, FloatType, FunctionType, IntType, PointerType};
use inkwell::values::{
    AggregateValueEnum, BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue,
    FloatValue, FunctionValue, InstructionValue, IntValue, MetadataValue, PhiValue, PointerValue,
    StructValue, ValueKind,
};
use inkwell::{FloatPredicate, IntPredicate};
use snow_bytecode::layout::Slot;

/// Number of LLVM's `fastcc`.
pub const FAST: u32 = 8;
/// Number of LLVM's `preserve_mostcc`.
pub const PRESERVE_MOST: u32 = 14;

/// How likely a branch is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likely {
    /// The first target.
    Then,
    /// The second target.
    Else,
    /// Unknown.
    Either,
}

/// What a piece of memory is for. Accesses of different classes never touch the same bytes, unless a call of the runtime lies between them: only the
/// runtime makes lists and buffers of memory that was something else. So LLVM may keep, say, the length of a list in a register while elements
/// are written. (Type-based alias analysis.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The first word of a cell as a whole: count, type and tag, or a link of a free list.
    Header,
    /// Type and tag of a cell, which never change while somebody refers to it.
    Tag,
    /// Counts and the context: what the runtime changes when it counts, and frees cells that are nobody else's.
    Counting,
    /// The count of a cell.
    Count,
    /// The context.
    Context,
    /// Payload: slots of cells, captures, elements.
    Slot,
    /// Words of a list.
    List,
    /// Words of a buffer before its slots.
    Buffer,
    /// Rows of words in the frame that are passed to the runtime.
    Row,
    /// Words of a string or bytes before the bytes themselves.
    Text,
    /// The bytes of strings and bytes.
    Payload,
}

impl Class {
    /// All classes with their names and the class that they are a part of, which comes before them. (An access of a class may touch the same bytes
    /// as accesses of the classes that it is a part of, and of its parts.)
    const ALL: [(Class, &str, Option<Class>); 11] = [
        (Class::Header, "header", None),
        (Class::Tag, "tag", Some(Class::Header)),
        (Class::Counting, "counting", Some(Class::Header)),
        (Class::Count, "count", Some(Class::Counting)),
        (Class::Context, "context", Some(Class::Counting)),
        (Class::Slot, "slot", None),
        (Class::List, "list", None),
        (Class::Buffer, "buffer", None),
        (Class::Row, "row", None),
        (Class::Text, "text", None),
        (Class::Payload, "payload", None),
    ];
}

/// The types that occur.
#[derive(Clone, Copy)]
pub struct Types<'c> {
    /// Address or reference.
    pub ptr: PointerType<'c>,
    /// Word.
    pub i64: IntType<'c>,
    /// Status.
    pub i32: IntType<'c>,
    /// Tag.
    pub i8: IntType<'c>,
    /// Condition.
    pub bool: IntType<'c>,
    /// Float.
    pub f64: FloatType<'c>,
}

impl<'c> Types<'c> {
    fn new(context: &'c Context) -> Types<'c> {
        Types {
            ptr: context.ptr_type(Default::default()),
            i64: context.i64_type(),
            i32: context.i32_type(),
            i8: context.i8_type(),
            bool: context.bool_type(),
            f64: context.f64_type(),
        }
    }

    /// The type of a word of a kind.
    pub fn slot(&self, slot: Slot) -> BasicTypeEnum<'c> {
        match slot {
            Slot::Word => self.i64.into(),
            Slot::Float => self.f64.into(),
            Slot::Ref(_) | Slot::Null(_) | Slot::Any | Slot::Token(_) => self.ptr.into(),
        }
    }
}

/// The builder, with the context's types at hand.
pub struct Build<'c> {
    /// The context.
    pub context: &'c Context,
    /// Its types.
    pub t: Types<'c>,
    builder: Builder<'c>,
    kinds: Kinds,
    classes: [MetadataValue<'c>; Class::ALL.len()],
}

/// Metadata kinds that are used.
struct Kinds {
    invariant_load: u32,
    range: u32,
    weights: u32,
    class: u32,
}

fn ok<T>(result: Result<T, BuilderError>) -> T {
    result.expect("the builder stands in a block and its operands have the right types")
}

impl<'c> Build<'c> {
    /// A builder without a position.
    pub fn new(context: &'c Context) -> Build<'c> {
        Build {
            context,
            t: Types::new(context),
            builder: context.create_builder(),
            kinds: Kinds {
                invariant_load: context.get_kind_id("invariant.load"),
                range: context.get_kind_id("range"),
                weights: context.get_kind_id("prof"),
                class: context.get_kind_id("tbaa"),
            },
            classes: classes(context),
        }
    }

    /// The builder itself, for debug locations.
    pub fn raw(&self) -> &Builder<'c> {
        &self.builder
    }

    // ---- positions and blocks

    /// Begins a function: builds its first block, for which no place in the sources is known.
    pub fn begin(&self, function: FunctionValue<'c>) {
        self.builder.unset_current_debug_location();
        self.at(self.context.append_basic_block(function, "entry"));
    }

    /// Builds at the end of a block from now on.
    pub fn at(&self, block: BasicBlock<'c>) {
        self.builder.position_at_end(block);
    }

    /// The block that is being built.
    pub fn here(&self) -> BasicBlock<'c> {
        self.builder.get_insert_block().expect("building has begun")
    }

    /// The function that is being built.
    pub fn function(&self) -> FunctionValue<'c> {
        self.here()
            .get_parent()
            .expect("blocks belong to functions")
    }

    /// A new block at the end of the function that is being built.
    pub fn block(&self, name: &str) -> BasicBlock<'c> {
        self.context.append_basic_block(self.function(), name)
    }

    /// Whether the block that is being built has its end.
    pub fn ended(&self) -> bool {
        self.here().get_terminator().is_some()
    }

    /// Goes on to a block.
    pub fn jump(&self, to: BasicBlock<'c>) {
        ok(self.builder.build_unconditional_branch(to));
    }

    /// Goes on to one of two blocks.
    pub fn branch(
        &self,
        cond: IntValue<'c>,
        then: BasicBlock<'c>,
        other: BasicBlock<'c>,
        likely: Likely,
    ) {
        let branch = ok(self.builder.build_conditional_branch(cond, then, other));
        let weights = match likely {
            Likely::Then => [2000, 1],
            Likely::Else => [1, 2000],
            Likely::Either => return,
        };
        let weights = weights.map(|weight| self.t.i32.const_int(weight, false).into());
        let name = self.context.metadata_string("branch_weights").into();
        let node = self.context.metadata_node(&[name, weights[0], weights[1]]);
        branch
            .set_metadata(node, self.kinds.weights)
            .expect("branches take weights");
    }

    /// Goes on by a number.
    pub fn switch(
        &self,
        value: IntValue<'c>,
        default: BasicBlock<'c>,
        cases: &[(IntValue<'c>, BasicBlock<'c>)],
    ) {
        ok(self.builder.build_switch(value, default, cases));
    }

    /// Ends the function.
    pub fn ret(&self, value: &dyn BasicValue<'c>) {
        ok(self.builder.build_return(Some(value)));
    }

    /// Ends a function without a result.
    pub fn ret_void(&self) {
        ok(self.builder.build_return(None));
    }

    /// Ends a block that is never reached.
    pub fn unreachable(&self) {
        ok(self.builder.build_unreachable());
    }

    /// A value that depends on where control came from.
    pub fn phi(&self, ty: impl BasicType<'c>) -> PhiValue<'c> {
        ok(self.builder.build_phi(ty, ""))
    }

    // ---- constants

    /// A word.
    pub fn word(&self, value: u64) -> IntValue<'c> {
        self.t.i64.const_int(value, false)
    }

    /// An Int.
    pub fn int(&self, value: i64) -> IntValue<'c> {
        self.word(value as u64)
    }

    /// A number of 32 bits.
    pub fn i32(&self, value: u32) -> IntValue<'c> {
        self.t.i32.const_int(value.into(), false)
    }

    // ---- arithmetic

    /// Sum, wrapping.
    pub fn add(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_add(a, b, ""))
    }

    /// Difference, wrapping.
    pub fn sub(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_sub(a, b, ""))
    }

    /// Product, wrapping.
    pub fn mul(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_mul(a, b, ""))
    }

    /// Quotient; the divisor is neither 0 nor makes it overflow.
    pub fn sdiv(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_signed_div(a, b, ""))
    }

    /// Remainder; as [`Build::sdiv`].
    pub fn srem(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_signed_rem(a, b, ""))
    }

    /// Sum that does not overflow.
    pub fn small_add(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_nsw_add(a, b, ""))
    }

    /// Difference that does not overflow.
    pub fn small_sub(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_nsw_sub(a, b, ""))
    }

    /// Product that does not overflow.
    pub fn small_mul(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_nsw_mul(a, b, ""))
    }

    /// Quotient of numbers that are not negative; the divisor is not 0.
    pub fn udiv(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_unsigned_div(a, b, ""))
    }

    /// Remainder; as [`Build::udiv`].
    pub fn urem(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_unsigned_rem(a, b, ""))
    }

    /// Bitwise and.
    pub fn and(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_and(a, b, ""))
    }

    /// Bitwise or.
    pub fn or(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_or(a, b, ""))
    }

    /// Bitwise exclusive or.
    pub fn xor(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_xor(a, b, ""))
    }

    /// Left shift by less than the width.
    pub fn shl(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_left_shift(a, b, ""))
    }

    /// Right shift that copies the sign, by less than the width.
    pub fn ashr(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_right_shift(a, b, true, ""))
    }

    /// Right shift that brings in zeros, by less than the width.
    pub fn lshr(&self, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_right_shift(a, b, false, ""))
    }

    /// A comparison.
    pub fn icmp(&self, cond: IntPredicate, a: IntValue<'c>, b: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_compare(cond, a, b, ""))
    }

    /// A comparison with a constant.
    pub fn icmp_to(&self, cond: IntPredicate, a: IntValue<'c>, b: u64) -> IntValue<'c> {
        self.icmp(cond, a, a.get_type().const_int(b, false))
    }

    /// A comparison of floats.
    pub fn fcmp(&self, cond: FloatPredicate, a: FloatValue<'c>, b: FloatValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_float_compare(cond, a, b, ""))
    }

    /// Float arithmetic.
    pub fn fbin(
        &self,
        op: snow_bytecode::inst::FloatOp,
        a: FloatValue<'c>,
        b: FloatValue<'c>,
    ) -> FloatValue<'c> {
        use snow_bytecode::inst::FloatOp;
        ok(match op {
            FloatOp::Add => self.builder.build_float_add(a, b, ""),
            FloatOp::Sub => self.builder.build_float_sub(a, b, ""),
            FloatOp::Mul => self.builder.build_float_mul(a, b, ""),
            FloatOp::Div => self.builder.build_float_div(a, b, ""),
            FloatOp::Rem => self.builder.build_float_rem(a, b, ""),
        })
    }

    /// The float with the other sign.
    pub fn fneg(&self, a: FloatValue<'c>) -> FloatValue<'c> {
        ok(self.builder.build_float_neg(a, ""))
    }

    /// The nearest float.
    pub fn to_float(&self, a: IntValue<'c>) -> FloatValue<'c> {
        ok(self.builder.build_signed_int_to_float(a, self.t.f64, ""))
    }

    /// The integer part of a float that fits.
    pub fn to_int(&self, a: FloatValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_float_to_signed_int(a, self.t.i64, ""))
    }

    /// One of two values.
    pub fn select(
        &self,
        cond: IntValue<'c>,
        a: BasicValueEnum<'c>,
        b: BasicValueEnum<'c>,
    ) -> BasicValueEnum<'c> {
        ok(self.builder.build_select(cond, a, b, ""))
    }

    // ---- conversions

    /// A condition or smaller number as a word.
    pub fn widen(&self, a: IntValue<'c>) -> IntValue<'c> {
        ok(self
            .builder
            .build_int_z_extend_or_bit_cast(a, self.t.i64, ""))
    }

    /// A smaller number with a sign as a word.
    pub fn widen_signed(&self, a: IntValue<'c>) -> IntValue<'c> {
        ok(self
            .builder
            .build_int_s_extend_or_bit_cast(a, self.t.i64, ""))
    }

    /// The low byte of a word.
    pub fn low_byte(&self, a: IntValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_int_truncate(a, self.t.i8, ""))
    }

    /// A word as a reference.
    pub fn to_ptr(&self, a: IntValue<'c>) -> PointerValue<'c> {
        ok(self.builder.build_int_to_ptr(a, self.t.ptr, ""))
    }

    /// Any value as the word that stands for it in memory.
    pub fn as_word(&self, value: BasicValueEnum<'c>) -> IntValue<'c> {
        match value {
            BasicValueEnum::IntValue(value) => self.widen(value),
            BasicValueEnum::FloatValue(value) => {
                ok(self.builder.build_bit_cast(value, self.t.i64, "")).into_int_value()
            }
            BasicValueEnum::PointerValue(value) => {
                ok(self.builder.build_ptr_to_int(value, self.t.i64, ""))
            }
            _ => unreachable!("values are words, floats and references"),
        }
    }

    /// The value of a kind that a word stands for.
    pub fn of_word(&self, word: IntValue<'c>, slot: Slot) -> BasicValueEnum<'c> {
        match slot {
            Slot::Word => word.into(),
            Slot::Float => ok(self.builder.build_bit_cast(word, self.t.f64, "")),
            _ => self.to_ptr(word).into(),
        }
    }

    /// Whether a reference is null.
    pub fn is_null(&self, a: PointerValue<'c>) -> IntValue<'c> {
        ok(self.builder.build_is_null(a, ""))
    }

    // ---- memory

    /// Memory in the frame for one value; only in entry blocks.
    pub fn alloca(&self, ty: impl BasicType<'c>) -> PointerValue<'c> {
        ok(self.builder.build_alloca(ty, ""))
    }

    /// The address some bytes further.
    pub fn offset(&self, base: PointerValue<'c>, bytes: u64) -> PointerValue<'c> {
        if bytes == 0 {
            return base;
        }
        self.offset_by(base, self.word(bytes))
    }

    /// The address a computed number of bytes further.
    pub fn offset_by(&self, base: PointerValue<'c>, bytes: IntValue<'c>) -> PointerValue<'c> {
        // SAFETY: the address is inside the object, or one behind it.
        ok(unsafe {
            self.builder
                .build_in_bounds_gep(self.t.i8, base, &[bytes], "")
        })
    }

    /// The address of a word of a cell or row.
    pub fn word_at(&self, base: PointerValue<'c>, index: u64) -> PointerValue<'c> {
        self.offset(base, index * 8)
    }

    /// Reads memory of a class.
    pub fn load_as(
        &self,
        class: Class,
        ty: impl BasicType<'c>,
        from: PointerValue<'c>,
    ) -> BasicValueEnum<'c> {
        let value = self.load(ty, from);
        let load = value
            .as_instruction_value()
            .expect("a load is an instruction");
        self.classify(load, class);
        value
    }

    /// Writes memory of a class.
    pub fn store_as(&self, class: Class, to: PointerValue<'c>, value: impl BasicValue<'c>) {
        self.classify(ok(self.builder.build_store(to, value)), class);
    }

    /// Says that a call touches only memory of a class.
    pub fn touches(&self, call: CallSiteValue<'c>, class: Class) {
        let call = match call.try_as_basic_value() {
            ValueKind::Basic(value) => value.as_instruction_value(),
            ValueKind::Instruction(call) => Some(call),
        };
        self.classify(call.expect("a call is an instruction"), class);
    }

    fn classify(&self, access: InstructionValue<'c>, class: Class) {
        access
            .set_metadata(self.classes[class as usize], self.kinds.class)
            .expect("accesses have a class");
    }

    /// Reads memory.
    pub fn load(&self, ty: impl BasicType<'c>, from: PointerValue<'c>) -> BasicValueEnum<'c> {
        ok(self.builder.build_load(ty, from, ""))
    }

    /// Reads memory that never changes while the function may run.
    pub fn load_constant(
        &self,
        ty: impl BasicType<'c>,
        from: PointerValue<'c>,
    ) -> BasicValueEnum<'c> {
        let value = self.load(ty, from);
        let node = self.context.metadata_node(&[]);
        value
            .as_instruction_value()
            .expect("a load is an instruction")
            .set_metadata(node, self.kinds.invariant_load)
            .expect("loads take metadata");
        value
    }

    /// Reads a number that lies anywhere.
    pub fn load_unaligned(
        &self,
        class: Class,
        ty: IntType<'c>,
        from: PointerValue<'c>,
    ) -> IntValue<'c> {
        let value = self.load_as(class, ty, from).into_int_value();
        let load = value.as_instruction().expect("a load is an instruction");
        load.set_alignment(1).expect("1 is a power of two");
        value
    }

    /// Reads a word.
    pub fn load_int(&self, class: Class, from: PointerValue<'c>) -> IntValue<'c> {
        self.load_as(class, self.t.i64, from).into_int_value()
    }

    /// Reads a word that is below `end`, as code may rely on.
    pub fn load_below(&self, class: Class, from: PointerValue<'c>, end: u64) -> IntValue<'c> {
        let value = self.load_int(class, from);
        self.keep_within(value, self.word(0), self.word(end));
        value
    }

    /// Says that the result of a load or call is never 0.
    pub fn never_zero(&self, value: IntValue<'c>) {
        let ty = value.get_type();
        // A range that ends before it begins goes on at the other end of the type.
        self.keep_within(value, ty.const_int(1, false), ty.const_zero());
    }

    /// Says that the result of a load or call is `from` at least and below `end`.
    fn keep_within(&self, value: IntValue<'c>, from: IntValue<'c>, end: IntValue<'c>) {
        let range = self.context.metadata_node(&[from.into(), end.into()]);
        let source = value
            .as_instruction()
            .expect("loads and calls are instructions");
        source
            .set_metadata(range, self.kinds.range)
            .expect("loads and calls take metadata");
    }

    /// Reads 32 bits.
    pub fn load_i32(&self, class: Class, from: PointerValue<'c>) -> IntValue<'c> {
        self.load_as(class, self.t.i32, from).into_int_value()
    }

    /// Reads an address.
    pub fn load_ptr(&self, class: Class, from: PointerValue<'c>) -> PointerValue<'c> {
        self.load_as(class, self.t.ptr, from).into_pointer_value()
    }

    /// Writes memory.
    pub fn store(&self, to: PointerValue<'c>, value: impl BasicValue<'c>) {
        ok(self.builder.build_store(to, value));
    }

    // ---- aggregates and calls

    /// A field of a struct value.
    pub fn extract(&self, aggregate: StructValue<'c>, index: u32) -> BasicValueEnum<'c> {
        ok(self.builder.build_extract_value(aggregate, index, ""))
    }

    /// A struct value with a field replaced.
    pub fn insert(
        &self,
        aggregate: StructValue<'c>,
        value: BasicValueEnum<'c>,
        index: u32,
    ) -> StructValue<'c> {
        match ok(self.builder.build_insert_value(aggregate, value, index, "")) {
            AggregateValueEnum::StructValue(value) => value,
            AggregateValueEnum::ArrayValue(_) => unreachable!("a struct stays one"),
        }
    }

    /// Calls a function by its name.
    pub fn call(
        &self,
        function: FunctionValue<'c>,
        args: &[BasicMetadataValueEnum<'c>],
    ) -> CallSiteValue<'c> {
        let call = ok(self.builder.build_call(function, args, ""));
        call.set_call_convention(function.get_call_conventions());
        call
    }

    /// Calls a function by its address, with `fastcc`.
    pub fn call_address(
        &self,
        ty: FunctionType<'c>,
        address: PointerValue<'c>,
        args: &[BasicMetadataValueEnum<'c>],
    ) -> CallSiteValue<'c> {
        let call = ok(self.builder.build_indirect_call(ty, address, args, ""));
        call.set_call_convention(FAST);
        call
    }

    /// Adds an attribute by name to a function or one of its parameters.
    pub fn attribute(&self, function: FunctionValue<'c>, place: AttributeLoc, name: &str) {
        self.attribute_with(function, place, name, 0);
    }

    /// Keeps a call a call.
    pub fn never_inline(&self, call: CallSiteValue<'c>) {
        let kind = Attribute::get_named_enum_kind_id("noinline");
        let attribute = self.context.create_enum_attribute(kind, 0);
        call.add_attribute(AttributeLoc::Function, attribute);
    }

    /// Puts a function in the place of a call when LLVM thinks that it costs less than this.
    pub fn inline_below(&self, call: CallSiteValue<'c>, cost: u32) {
        let (name, cost) = ("function-inline-threshold", cost.to_string());
        let attribute = self.context.create_string_attribute(name, &cost);
        call.add_attribute(AttributeLoc::Function, attribute);
    }

    /// Says that a function only reads memory, and always returns.
    pub fn only_reads(&self, function: FunctionValue<'c>) {
        // Two bits for each kind of memory: arguments, what code cannot reach, all other; 1 is reading.
        let reads_all = 0b01_01_01;
        self.attribute_with(function, AttributeLoc::Function, "memory", reads_all);
        self.attribute(function, AttributeLoc::Function, "willreturn");
    }

    /// Adds an attribute with a value.
    pub fn attribute_with(
        &self,
        function: FunctionValue<'c>,
        place: AttributeLoc,
        name: &str,
        value: u64,
    ) {
        let kind = Attribute::get_named_enum_kind_id(name);
        function.add_attribute(place, self.context.create_enum_attribute(kind, value));
    }
}

/// For each class the tag that says that an access belongs to it.
fn classes<'c>(context: &'c Context) -> [MetadataValue<'c>; Class::ALL.len()] {
    let zero = context.i64_type().const_int(0, false).into();
    let root = context.metadata_node(&[context.metadata_string("snow").into()]);
    let mut types = [root; Class::ALL.len()];
    for (class, name, whole) in Class::ALL {
        let whole = whole.map_or(root, |whole| types[whole as usize]);
        let name = context.metadata_string(name).into();
        types[class as usize] = context.metadata_node(&[name, whole.into(), zero]);
    }
    types.map(|ty| context.metadata_node(&[ty.into(), ty.into(), zero]))
}

/// The result of a call that has one.
pub fn result(call: CallSiteValue<'_>) -> BasicValueEnum<'_> {
    call.try_as_basic_value()
        .expect_basic("the function has a result")
}
