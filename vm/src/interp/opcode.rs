//! The internal instructions: the one place where each is declared, with the handler that carries it out.
//!
//! The dispatchers ([`super::dispatch`]) are made from this table. What the operands are is said at the handlers.
//!
//! The second part declares *sequences*: instructions that often follow each other. Their words stay as they are; only the head
//! of the first is replaced by that of the sequence, whose handler does all of them without a dispatch in between. Jumps to the later ones
//! remain possible. They are chosen by counting: a build with `SNOW_DISPATCH=profile` prints what follows what, and how often.
//!
//! The third part declares *chained* forms for use in sequences: they take their first operand from the instruction before, which wrote
//! it, so that it is not written to memory and read again in the chain of dependencies that bounds the speed of arithmetic.

/// Hands the table to a macro: `{ Name = handler; … } { Name = First Second …; … } { Name = Whole handler; … }`.
macro_rules! opcodes {
    ($apply:ident) => {
        $apply! { {
            // ---- words
            Const = word::constant;
            ConstWide = word::constant_wide;
            Move = word::copy;
            Dup = word::dup;
            DupNullable = word::dup_nullable;
            Drop = word::drop;
            DropNullable = word::drop_nullable;
            FreeToken = word::free_token;
            CastNull = word::cast_null;
            CastAny = word::cast_any;
            CastAnyNullable = word::cast_any_nullable;

            // ---- integers
            Add = int::reg_reg::<int::Add, Plain>;
            Sub = int::reg_reg::<int::Sub, Plain>;
            Mul = int::reg_reg::<int::Mul, Plain>;
            Div = int::reg_reg::<int::Div, Plain>;
            Rem = int::reg_reg::<int::Rem, Plain>;
            WrappingAdd = int::reg_reg::<int::WrappingAdd, Plain>;
            WrappingSub = int::reg_reg::<int::WrappingSub, Plain>;
            WrappingMul = int::reg_reg::<int::WrappingMul, Plain>;
            And = int::reg_reg::<int::And, Plain>;
            Or = int::reg_reg::<int::Or, Plain>;
            Xor = int::reg_reg::<int::Xor, Plain>;
            Shl = int::reg_reg::<int::Shl, Plain>;
            Shr = int::reg_reg::<int::Shr, Plain>;
            AddImm = int::reg_imm::<int::Add, Plain>;
            SubImm = int::reg_imm::<int::Sub, Plain>;
            MulImm = int::reg_imm::<int::Mul, Plain>;
            DivImm = int::reg_imm::<int::Div, Plain>;
            RemImm = int::reg_imm::<int::Rem, Plain>;
            WrappingAddImm = int::reg_imm::<int::WrappingAdd, Plain>;
            WrappingSubImm = int::reg_imm::<int::WrappingSub, Plain>;
            WrappingMulImm = int::reg_imm::<int::WrappingMul, Plain>;
            AndImm = int::reg_imm::<int::And, Plain>;
            OrImm = int::reg_imm::<int::Or, Plain>;
            XorImm = int::reg_imm::<int::Xor, Plain>;
            ShlImm = int::reg_imm::<int::Shl, Plain>;
            ShrImm = int::reg_imm::<int::Shr, Plain>;
            ImmSub = int::imm_reg::<int::Sub>;
            ImmDiv = int::imm_reg::<int::Div>;
            ImmRem = int::imm_reg::<int::Rem>;
            ImmWrappingSub = int::imm_reg::<int::WrappingSub>;
            ImmShl = int::imm_reg::<int::Shl>;
            ImmShr = int::imm_reg::<int::Shr>;
            Neg = int::neg;
            Not = int::not;
            CmpEq = int::compare::<int::Eq>;
            CmpNe = int::compare::<int::Ne>;
            CmpLt = int::compare::<int::Lt>;
            CmpLe = int::compare::<int::Le>;
            CmpEqImm = int::compare_imm::<int::Eq>;
            CmpNeImm = int::compare_imm::<int::Ne>;
            CmpLtImm = int::compare_imm::<int::Lt>;
            CmpLeImm = int::compare_imm::<int::Le>;
            CmpGtImm = int::compare_imm::<int::Gt>;
            CmpGeImm = int::compare_imm::<int::Ge>;
            IntToFloat = int::to_float::<Plain>;

            // ---- floats
            FloatAdd = float::binary::<float::Add, Plain>;
            FloatSub = float::binary::<float::Sub, Plain>;
            FloatMul = float::binary::<float::Mul, Plain>;
            FloatDiv = float::binary::<float::Div, Plain>;
            FloatRem = float::binary::<float::Rem, Plain>;
            FloatNeg = float::unary::<float::Neg>;
            FloatAbs = float::unary::<float::Abs>;
            FloatSqrt = float::unary::<float::Sqrt>;
            FloatFloor = float::unary::<float::Floor>;
            FloatCeil = float::unary::<float::Ceil>;
            FloatTrunc = float::unary::<float::Trunc>;
            FloatEq = float::compare::<float::Eq>;
            FloatNe = float::compare::<float::Ne>;
            FloatLt = float::compare::<float::Lt>;
            FloatLe = float::compare::<float::Le>;
            FloatToInt = float::to_int;

            // ---- control
            Done = control::done;
            Jump = control::jump;
            Turn = control::turn;
            BranchIf = control::branch_if;
            BranchZero = control::branch_zero;
            BranchEq = int::branch::<int::Eq, Plain>;
            BranchNe = int::branch::<int::Ne, Plain>;
            BranchLt = int::branch::<int::Lt, Plain>;
            BranchLe = int::branch::<int::Le, Plain>;
            BranchEqImm = int::branch_imm::<int::Eq, Plain>;
            BranchNeImm = int::branch_imm::<int::Ne, Plain>;
            BranchLtImm = int::branch_imm::<int::Lt, Plain>;
            BranchLeImm = int::branch_imm::<int::Le, Plain>;
            BranchGtImm = int::branch_imm::<int::Gt, Plain>;
            BranchGeImm = int::branch_imm::<int::Ge, Plain>;
            BranchFloatEq = float::branch::<float::Eq>;
            BranchFloatNe = float::branch::<float::Ne>;
            BranchFloatLt = float::branch::<float::Lt>;
            BranchFloatLe = float::branch::<float::Le>;
            BranchFloatNotEq = float::branch_not::<float::Eq>;
            BranchFloatNotNe = float::branch_not::<float::Ne>;
            BranchFloatNotLt = float::branch_not::<float::Lt>;
            BranchFloatNotLe = float::branch_not::<float::Le>;
            Switch = control::switch;
            SwitchTag = control::switch_tag;
            BranchTagNot = control::branch_tag_not;
            GetTag = control::get_tag;
            Crash = control::crash;
            Panic = control::panic;

            // ---- calls
            Call0 = call::direct::<0>;
            Call1 = call::direct::<1>;
            Call2 = call::direct::<2>;
            Call3 = call::direct::<3>;
            Call4 = call::direct::<4>;
            CallMany = call::direct_many;
            TailCall0 = call::tail::<0>;
            TailCall1 = call::tail::<1>;
            TailCall2 = call::tail::<2>;
            TailCall3 = call::tail::<3>;
            TailCall4 = call::tail::<4>;
            TailCallMany = call::tail_many;
            Return1 = call::return_one::<Plain>;
            Return2 = call::return_two;
            Return3 = call::return_three;
            CallClosure = closure::call;
            CallClosureKeep = closure::call_keep;
            TailCallClosure = closure::tail_call;
            MakeClosure = closure::make;
            Capture = closure::capture;
            CallNative = native::call;
            Compiled1 = tier::enter::<1>;
            Compiled2 = tier::enter::<2>;
            Compiled3 = tier::enter::<3>;

            // ---- cells
            New1 = cell::new::<1>;
            New2 = cell::new::<2>;
            New3 = cell::new::<3>;
            New4 = cell::new::<4>;
            NewMany = cell::new_many;
            NewReuse = cell::new_reuse;
            Load = cell::load;
            LoadDup = cell::load_dup;
            LoadDupNullable = cell::load_dup_nullable;
            Unpack = cell::unpack;
            UnpackReuse = cell::unpack_reuse;
            Unpack1 = cell::unpack_few::<1, cell::Freed>;
            Unpack2 = cell::unpack_few::<2, cell::Freed>;
            Unpack3 = cell::unpack_few::<3, cell::Freed>;
            Unpack4 = cell::unpack_few::<4, cell::Freed>;
            UnpackReuse1 = cell::unpack_few::<1, cell::Kept>;
            UnpackReuse2 = cell::unpack_few::<2, cell::Kept>;
            UnpackReuse3 = cell::unpack_few::<3, cell::Kept>;
            UnpackReuse4 = cell::unpack_few::<4, cell::Kept>;
            DropReuse = cell::drop_reuse;
            TakeSlot = cell::take_slot;
            Update = cell::update;

            // ---- lists
            ListNew = aside::<list::New>;
            ListLen = list::len;
            ListGet = list::get;
            ListGetDup = list::get_dup;
            ListAppend = list::append;
            ListPrepend = aside::<list::Prepend>;
            ListUncons = list::uncons;
            ListUnconsWord = list::uncons_word;
            ListDrop = aside::<list::DropFirst>;
            ListSet = list::set;
            ListSetWord = list::set_word;
            ListTake = aside::<list::Take>;
            ListFill = aside::<list::Fill>;
            ListConcat = aside::<list::Concat>;

            // ---- text, and what follows the structure of a type
            Concat = aside::<text::Concat>;
            AppendDisplay = aside::<text::AppendDisplay>;
            AppendDebug = aside::<text::AppendDebug>;
            Equal = aside::<text::EqualValues>;
            Compare = aside::<text::CompareValues>;
            Hash = aside::<text::HashValue>;
            StrEqConst = text::equals_constant;
            StrStripPrefix = aside::<text::StripPrefix>;

            // ---- bytes
            BytesLen = bytes::len;
            BytesByte = bytes::byte;
            BytesGet = bytes::get;
            BytesGetAt = bytes::get_at;
            BytesScalar = aside::<bytes::Scalar>;
            BytesSlice = aside::<bytes::Slice>;
            BytesDrop = aside::<bytes::DropFirst>;
            BytesNew = aside::<bytes::New>;
            BytesPut = aside::<bytes::Put>;
            BytesPutScalar = aside::<bytes::PutScalar>;

            // ---- maps and sets
            MapNew = map::new;
            MapGet = aside::<map::Get>;
            MapPut = aside::<map::Put>;
            MapHas = aside::<map::Has>;
            MapNext = map::next;
            MapKeyAt = aside::<map::KeyAt>;
            MapValueAt = aside::<map::ValueAt>;
            MapTake = aside::<map::Take>;
            MapFill = aside::<map::Fill>;
        } {
            AddImmTurn = AddImm Turn;
            SubImmTurn = SubImm Turn;
            MoveMove = Move Move;
            MoveTurn = Move Turn;
            MoveMoveTurn = Move Move Turn;
            MoveAddImmTurn = Move AddImm Turn;
            MoveSubImmTurn = Move SubImm Turn;
            AddAddImmTurn = Add AddImm Turn;
            AddThenReturn1 = Add ThenReturn1;
            AddImmThenReturn1 = AddImm ThenReturn1;
            ConstThenReturn1 = Const ThenReturn1;
            LoadLoad = Load Load;
            LenBranchNeImm = ListLen ThenBranchNeImm;
            LenBranchEqImm = ListLen ThenBranchEqImm;
            AddThenBranchEq = Add ThenBranchEq;
            SubThenBranchEq = Sub ThenBranchEq;
            AddThenBranchNe = Add ThenBranchNe;
            SubThenBranchNe = Sub ThenBranchNe;
            RemImmThenBranchNeImm = RemImm ThenBranchNeImm;
            RemImmThenBranchEqImm = RemImm ThenBranchEqImm;
            MulImmThenRemImm = MulImm ThenRemImm;
            AddThenMul = Add ThenMul;
            AddThenAddImm = Add ThenAddImm;
            MulThenAdd = Mul ThenAdd;
            IntToFloatFloatDiv = IntToFloat FloatDiv;
            FloatMulMul = FloatMul FloatMul;
            FloatMulThenMul = FloatMul ThenFloatMul;
            FloatMulThenAdd = FloatMul ThenFloatAdd;
            FloatMulThenSub = FloatMul ThenFloatSub;
            FloatMulThenMulThenAdd = FloatMul ThenFloatMul ThenFloatAdd;
            FloatAddThenAdd = FloatAdd ThenFloatAdd;
            FloatAddThenMul = FloatAdd ThenFloatMul;
            FloatSubThenAdd = FloatSub ThenFloatAdd;
            FloatSubThenMul = FloatSub ThenFloatMul;
            FloatSubThenSub = FloatSub ThenFloatSub;
            FloatMulMulThenAdd = FloatMul FloatMul ThenFloatAdd;
        } {
            ThenFloatAdd = FloatAdd float::binary::<float::Add, Chained>;
            ThenFloatSub = FloatSub float::binary::<float::Sub, Chained>;
            ThenFloatMul = FloatMul float::binary::<float::Mul, Chained>;
            ThenAdd = Add int::reg_reg::<int::Add, Chained>;
            ThenMul = Mul int::reg_reg::<int::Mul, Chained>;
            ThenAddImm = AddImm int::reg_imm::<int::Add, Chained>;
            ThenRemImm = RemImm int::reg_imm::<int::Rem, Chained>;
            ThenBranchEq = BranchEq int::branch::<int::Eq, Chained>;
            ThenBranchNe = BranchNe int::branch::<int::Ne, Chained>;
            ThenBranchEqImm = BranchEqImm int::branch_imm::<int::Eq, Chained>;
            ThenBranchNeImm = BranchNeImm int::branch_imm::<int::Ne, Chained>;
            ThenReturn1 = Return1 call::return_one::<Chained>;
        } }
    };
}
pub(super) use opcodes;

macro_rules! declare {
    (
        { $( $name:ident = $handler:expr; )* }
        { $( $sequence:ident = $first:ident $( $later:ident )+; )* }
        { $( $part:ident = $whole:ident $chained:expr; )* }
    ) => {
        /// An internal instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        #[allow(missing_docs)]
        pub enum Op { $( $name, )* $( $sequence, )* $( $part ),* }

        /// The sequences and what they consist of.
        pub const SEQUENCES: &[(Op, &[Op])] = &[$( (Op::$sequence, &[Op::$first, $( Op::$later ),+]) ),*];

        impl Op {
            /// The instruction of which this one is the chained form.
            pub fn chained_form_of(self) -> Option<Op> {
                match self { $( Op::$part => Some(Op::$whole), )* _ => None }
            }
        }
    };
}
opcodes!(declare);

impl Op {
    /// Whether the first operand, which is the one that can be chained, is operand `a` instead of `b`.
    pub fn reads_a_first(self) -> bool {
        matches!(
            self,
            Op::Return1
                | Op::BranchEq
                | Op::BranchNe
                | Op::BranchEqImm
                | Op::BranchNeImm
                | Op::BranchLtImm
                | Op::BranchLeImm
                | Op::BranchGtImm
                | Op::BranchGeImm
        )
    }

    /// Whether the first and the second operand may be exchanged.
    pub fn commutes(self) -> bool {
        matches!(
            self,
            Op::Add | Op::Mul | Op::BranchEq | Op::BranchNe | Op::FloatAdd | Op::FloatMul
        )
    }
}
