//! The types that a Go program knows of itself: what `reflect` reads, read from the file. Go 1.20 to 1.24 on 64-bit Linux.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

/// First bytes of the table of functions, to which the module's own description points.
const PCLNTAB: [u8; 8] = [0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8];
/// Words of the module's description: where types begin and end, and the list of some of them.
const TYPES: u64 = 37;
const TYPELINKS: u64 = 44;

/// A type.
#[derive(Clone, Debug, Default)]
pub struct GoType {
    /// As `reflect.Kind` counts.
    pub kind: u8,
    /// Without its package.
    pub name: String,
    /// Import path, of named structs.
    pub package: String,
    /// What a pointer, slice or map holds.
    pub elem: u64,
    /// Of structs.
    pub fields: Vec<GoField>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct GoField {
    /// Its type's place.
    pub type_: u64,
    /// The whole struct tag.
    pub tag: String,
}

pub const BOOL: u8 = 1;
pub const INT32: u8 = 5;
pub const INT64: u8 = 6;
pub const UINT8: u8 = 8;
pub const FLOAT64: u8 = 14;
pub const MAP: u8 = 21;
pub const POINTER: u8 = 22;
pub const SLICE: u8 = 23;
pub const STRING: u8 = 24;
pub const STRUCT: u8 = 25;

/// All types that are reached from a program's list.
pub struct Program {
    file: Vec<u8>,
    /// Address, place in the file, length.
    segments: Vec<(u64, u64, u64)>,
    types: u64,
    known: BTreeMap<u64, GoType>,
}

impl Program {
    /// # Errors
    /// For what is no such program.
    pub fn read(path: &Path) -> Result<Self> {
        let file = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut program = Self { segments: segments(&file)?, file, types: 0, known: BTreeMap::new() };
        let module =
            program.module().with_context(|| format!("{} is no Go program that we know", path.display()))?;
        program.types = program.u64(module + 8 * TYPES)?;
        let end = program.u64(module + 8 * (TYPES + 1))?;
        let (links, count) =
            (program.u64(module + 8 * TYPELINKS)?, program.u64(module + 8 * (TYPELINKS + 1))?);
        let mut open = Vec::new();
        for i in 0..count {
            open.push(program.types + u64::from(program.u32(links + 4 * i)?));
        }
        while let Some(at) = open.pop() {
            if (program.types..end).contains(&at) && !program.known.contains_key(&at) {
                let found = program.type_(at)?;
                open.extend(found.fields.iter().map(|f| f.type_).chain([found.elem]));
                program.known.insert(at, found);
            }
        }
        Ok(program)
    }

    /// A named struct.
    pub fn find(&self, package: &str, name: &str) -> Option<&GoType> {
        self.known.values().find(|t| t.kind == STRUCT && t.package == package && t.name == name)
    }

    /// The type at a place.
    ///
    /// # Errors
    /// Where there is none.
    pub fn at(&self, place: u64) -> Result<&GoType> {
        self.known.get(&place).with_context(|| format!("no type at {place:#x}"))
    }

    fn bytes(&self, address: u64, length: u64) -> Result<&[u8]> {
        let place = |&(va, offset, size): &(u64, u64, u64)| {
            (address.checked_sub(va)? < size).then(|| address - va + offset)
        };
        let start =
            self.segments.iter().find_map(place).with_context(|| format!("nothing at {address:#x}"))?;
        let range = usize::try_from(start)?..usize::try_from(start + length)?;
        self.file.get(range).context("the file ends too early")
    }

    fn u64(&self, address: u64) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes(address, 8)?.try_into()?))
    }

    fn u32(&self, address: u64) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes(address, 4)?.try_into()?))
    }

    /// The description begins with the address of the table of functions.
    fn module(&self) -> Option<u64> {
        let table = self.file.windows(8).position(|w| w == PCLNTAB)? as u64;
        let address = self.address(table)?.to_le_bytes();
        let aligned = self.file.chunks_exact(8).position(|word| word == address)? as u64 * 8;
        self.address(aligned)
    }

    fn address(&self, place: u64) -> Option<u64> {
        let segment = |&(va, offset, size): &(u64, u64, u64)| {
            (place.checked_sub(offset)? < size).then(|| place - offset + va)
        };
        self.segments.iter().find_map(segment)
    }

    /// A name with its tag: flags, lengths as varints.
    fn name(&self, address: u64) -> Result<(String, String)> {
        let flags = self.bytes(address, 1)?[0];
        let (length, mut at) = self.varint(address + 1)?;
        let name = String::from_utf8_lossy(self.bytes(at, length)?).into_owned();
        at += length;
        if flags & 2 == 0 {
            return Ok((name, String::new()));
        }
        let (length, at) = self.varint(at)?;
        Ok((name, String::from_utf8_lossy(self.bytes(at, length)?).into_owned()))
    }

    fn varint(&self, mut at: u64) -> Result<(u64, u64)> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.bytes(at, 1)?[0];
            at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 28 {
                return Ok((value, at));
            }
        }
    }

    fn type_(&self, at: u64) -> Result<GoType> {
        let flags = self.bytes(at + 20, 1)?[0];
        let kind = self.bytes(at + 23, 1)?[0] & 31;
        let (name, _) = self.name(self.types + u64::from(self.u32(at + 40)?))?;
        let mut found =
            GoType { kind, name: name.rsplit('.').next().unwrap_or_default().into(), ..GoType::default() };
        match kind {
            POINTER | SLICE => found.elem = self.u64(at + 48)?,
            MAP => found.elem = self.u64(at + 56)?,
            STRUCT => {
                if flags & 1 != 0 {
                    found.package = self.name(self.types + u64::from(self.u32(at + 80)?))?.0;
                }
                let (first, count) = (self.u64(at + 56)?, self.u64(at + 64)?);
                for i in 0..count {
                    let (name, type_) = (self.u64(first + 24 * i)?, self.u64(first + 24 * i + 8)?);
                    found.fields.push(GoField { type_, tag: self.name(name)?.1 });
                }
            }
            _ => {}
        }
        Ok(found)
    }
}

/// The parts of an ELF file that are loaded.
fn segments(file: &[u8]) -> Result<Vec<(u64, u64, u64)>> {
    anyhow::ensure!(file.starts_with(b"\x7fELF\x02\x01"), "no ELF file for a 64-bit machine");
    let u64_at = |at: usize| -> Result<u64> {
        Ok(u64::from_le_bytes(file.get(at..at + 8).context("the file ends too early")?.try_into()?))
    };
    let headers = usize::try_from(u64_at(0x20)?)?;
    let sizes = u64_at(0x36)?;
    let (size, count) = ((sizes & 0xffff) as usize, (sizes >> 16 & 0xffff) as usize);
    let mut loaded = Vec::new();
    for at in (0..count).map(|i| headers + i * size) {
        if u64_at(at)? & 0xffff_ffff == 1 {
            loaded.push((u64_at(at + 16)?, u64_at(at + 8)?, u64_at(at + 32)?));
        }
    }
    Ok(loaded)
}
