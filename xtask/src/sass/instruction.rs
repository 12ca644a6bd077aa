//! Instructions of a GPU: what they are, and which part of a multiprocessor they keep busy.

/// What an instruction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Fp32,
    Fp64,
    Mufu,
    /// Conversions between types.
    Convert,
    /// Loads from shared memory, by the bytes of a lane.
    Shared4,
    Shared8,
    Shared16,
    /// Other accesses to memory.
    Memory,
    Integer,
    Move,
    /// What is computed once for all lanes.
    Uniform,
    Control,
    Other,
}

impl Class {
    pub(super) const ALL: [(Class, &'static str); 13] = [
        (Class::Fp32, "FP32"),
        (Class::Fp64, "FP64"),
        (Class::Mufu, "MUFU"),
        (Class::Convert, "CVT"),
        (Class::Shared4, "LDS.32"),
        (Class::Shared8, "LDS.64"),
        (Class::Shared16, "LDS.128"),
        (Class::Memory, "MEM"),
        (Class::Integer, "INT"),
        (Class::Move, "MOV"),
        (Class::Uniform, "UNIF"),
        (Class::Control, "CTRL"),
        (Class::Other, "OTHER"),
    ];
}

/// What an instruction keeps busy, besides the slot in which it is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pipe {
    None,
    Fp32,
    /// The half of the pipes of FP32 that can multiply integers.
    Multiply,
    Integer,
    Fp64,
    Mufu,
    /// Shared memory, caches and shuffles: lanes times 4 bytes.
    Memory,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Such as `@!P0`, or nothing.
    pub(super) guard: String,
    /// With what is joined to it by dots.
    pub(super) opcode: String,
    pub(super) operands: String,
    pub(super) class: Class,
    pub(super) pipe: Pipe,
    /// How often it occupies its pipe.
    pub(super) cost: u32,
}

impl Instruction {
    pub(super) fn new(guard: &str, opcode: &str, operands: &str) -> Self {
        let (class, pipe) = classify(opcode, operands);
        let [guard, opcode, operands] = [guard, opcode, operands].map(str::to_owned);
        let mut instruction = Instruction { guard, opcode, operands, class, pipe, cost: 1 };
        if pipe == Pipe::Memory && instruction.base() != "SHFL" {
            instruction.cost = instruction.lane_bytes() / 4;
        }
        instruction
    }

    /// The opcode without what is joined to it.
    pub(super) fn base(&self) -> &str {
        base(&self.opcode)
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.opcode.split('.').any(|other| other == part)
    }

    /// A jump to labels.
    pub(super) fn is_jump(&self) -> bool {
        matches!(self.base(), "BRA" | "JMP" | "BRX" | "BRXU" | "JMX" | "JMXU")
    }

    /// The kernel ends here, or the subroutine.
    pub(super) fn is_end(&self) -> bool {
        matches!(self.base(), "EXIT" | "RET" | "KILL")
    }

    /// May what stands behind this jump or end be reached from here?
    pub(super) fn is_conditional(&self) -> bool {
        let holds = |predicate: &str| matches!(predicate, "" | "PT" | "UPT");
        if !holds(self.guard.trim_start_matches('@')) {
            return true;
        }
        // `BRA P0, target` and `BRA.U UP0, target` have their condition among the operands.
        let first = self.operands.split('`').next().unwrap_or_default().trim_matches([' ', ',']);
        matches!(self.base(), "BRA" | "JMP") && !holds(first)
    }

    /// The bytes that one lane moves; 4 for what is narrower than a bank.
    fn lane_bytes(&self) -> u32 {
        if self.has("128") {
            16
        } else if self.has("64") {
            8
        } else {
            4
        }
    }
}

fn base(opcode: &str) -> &str {
    opcode.split('.').next().unwrap_or(opcode)
}

/// Nsight Compute's division into pipes.
fn classify(opcode: &str, operands: &str) -> (Class, Pipe) {
    if opcode.starts_with("IMAD.MOV") {
        return (Class::Move, Pipe::Multiply);
    }
    match base(opcode) {
        "MOV" | "MOV32I" => (Class::Move, Pipe::Integer),
        // A way to write a constant by the pipe of FP32.
        "HFMA2" if operands.contains("RZ, RZ, ") => (Class::Move, Pipe::Fp32),
        "CS2R" | "S2R" | "S2UR" | "R2UR" | "P2R" | "R2P" | "R2B" | "B2R" | "BMOV" => (Class::Move, Pipe::None),
        "FADD" | "FMUL" | "FFMA" | "FADD2" | "FMUL2" | "FFMA2" | "FADD32I" | "FMUL32I" | "FFMA32I" | "HADD2"
        | "HMUL2" | "HFMA2" => (Class::Fp32, Pipe::Fp32),
        "FSETP" | "FMNMX" | "FMNMX3" | "FSEL" | "FSET" | "FCHK" => (Class::Fp32, Pipe::Integer),
        "DADD" | "DMUL" | "DFMA" | "DSETP" | "DMNMX" => (Class::Fp64, Pipe::Fp64),
        "MUFU" => (Class::Mufu, Pipe::Mufu),
        "F2FP" | "I2FP" | "F2IP" | "I2IP" => (Class::Convert, Pipe::Integer),
        "F2F" | "F2I" | "I2F" | "I2I" | "FRND" => (Class::Convert, Pipe::Mufu),
        "LDS" if opcode.contains(".128") => (Class::Shared16, Pipe::Memory),
        "LDS" if opcode.contains(".64") => (Class::Shared8, Pipe::Memory),
        "LDS" => (Class::Shared4, Pipe::Memory),
        "STS" | "ATOMS" | "LDG" | "LDGSTS" | "STG" | "ATOMG" | "RED" | "REDG" | "LDL" | "STL" | "LD" | "ST"
        | "ATOM" | "LDSM" | "STSM" | "SHFL" => (Class::Memory, Pipe::Memory),
        "LDC" | "LDCU" | "VOTE" | "VOTEU" | "MATCH" | "REDUX" => (Class::Other, Pipe::None),
        "IMAD" | "IMUL" | "IDP" | "IMAD32I" => (Class::Integer, Pipe::Multiply),
        "POPC" | "FLO" | "BREV" => (Class::Integer, Pipe::Mufu),
        "LEA" | "LOP3" | "LOP32I" | "LOP" | "PLOP3" | "SHF" | "SHL" | "SHR" | "SEL" | "PRMT" | "BMSK" | "SGXT"
        | "PSETP" | "PSET" | "VABSDIFF" | "VABSDIFF4" => (Class::Integer, Pipe::Integer),
        "BRA" | "BRX" | "BRXU" | "JMP" | "JMX" | "JMXU" | "CALL" | "RET" | "EXIT" | "KILL" | "BSSY" | "BSYNC"
        | "BREAK" | "WARPSYNC" | "YIELD" | "NANOSLEEP" | "BAR" | "NOP" | "BPT" | "DEPBAR" | "MEMBAR" | "CCTL" => {
            (Class::Control, Pipe::None)
        }
        name if ["IADD", "ISET", "IMNMX", "IABS", "VI"].iter().any(|start| name.starts_with(start)) => {
            (Class::Integer, Pipe::Integer)
        }
        name if name.starts_with('U') => (Class::Uniform, Pipe::None),
        _ => (Class::Other, Pipe::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_costs() {
        let of = |opcode: &str, operands: &str| {
            let Instruction { class, pipe, cost, .. } = Instruction::new("", opcode, operands);
            (class, pipe, cost)
        };
        assert_eq!(of("FFMA.FTZ", "R1, R2, R3, R4"), (Class::Fp32, Pipe::Fp32, 1));
        assert_eq!(of("LDS.128", "R4, [UR4+0x10]"), (Class::Shared16, Pipe::Memory, 4));
        assert_eq!(of("LDG.E.64", "R4, desc[UR4][R2.64]"), (Class::Memory, Pipe::Memory, 2));
        assert_eq!(of("IMAD.MOV.U32", "R0, RZ, RZ, R6"), (Class::Move, Pipe::Multiply, 1));
        assert_eq!(of("HFMA2.MMA", "R5, -RZ, RZ, 0, 0"), (Class::Move, Pipe::Fp32, 1));
        assert_eq!(of("UIADD3", "UR5, UR4, -0x2, URZ"), (Class::Uniform, Pipe::None, 1));
        assert_eq!(of("VIADD", "R15, R19, UR5"), (Class::Integer, Pipe::Integer, 1));
    }

    #[test]
    fn conditions() {
        let jump = |guard: &str, operands: &str| Instruction::new(guard, "BRA", operands).is_conditional();
        assert!(jump("@!P0", "`(.L_x_1)") && jump("", "P1, `(.L_x_1)") && jump("@UP0", "`(.L_x_1)"));
        assert!(!jump("", "`(.L_x_1)") && !jump("@PT", "`(.L_x_1)"));
    }
}
