"""Every expression, every statement, every node: the unions that passes match on."""

from __future__ import annotations

from typing import TypeAlias

from kmi.language.tree.expressions import (
    Binary,
    BoolLiteral,
    BytesLiteral,
    Call,
    Compare,
    Conditional,
    ConstantGet,
    DictNew,
    Do,
    ExceptionErrno,
    ExceptionNew,
    ExceptionObject,
    FieldGet,
    Fit,
    Format,
    Generic,
    Identity,
    IntLiteral,
    IsInstance,
    IsNone,
    Let,
    ListNew,
    LocalGet,
    Logical,
    Narrow,
    New,
    NoneLiteral,
    Not,
    StrLiteral,
    TableGet,
    Truth,
    TupleGet,
    TupleNew,
    TypeGet,
    Unary,
    Upcast,
)
from kmi.language.tree.statements import (
    Assign,
    Break,
    Continue,
    Delete,
    Evaluate,
    ForEach,
    ForRange,
    If,
    InitPlace,
    Raise,
    Return,
    SetField,
    Store,
    Try,
    Unsafe,
    While,
    With,
)
from kmi.language.tree.unsafe import (
    AddressOf,
    Allocate,
    Cast,
    CGlobal,
    CMember,
    ContainerOf,
    CString,
    CZero,
    FromRaw,
    FunctionGet,
    IntoRaw,
    PointerAdd,
    PointerGet,
    PointerTake,
    SizeOf,
    TailOf,
)

Expression: TypeAlias = (
    IntLiteral | BoolLiteral | NoneLiteral | StrLiteral | BytesLiteral
    | LocalGet | FieldGet | ConstantGet
    | Binary | Unary | Fit | Compare | Identity | IsNone | IsInstance | Truth | Not | Logical | Conditional
    | Let | Do | Call | New | ExceptionNew | ExceptionErrno | ExceptionObject | Upcast | Narrow
    | TupleNew | TupleGet | TableGet | ListNew | DictNew | Generic | Format | TypeGet
    | AddressOf | CMember | PointerGet | PointerAdd | PointerTake | Cast | IntoRaw | FromRaw | Allocate
    | TailOf | SizeOf | ContainerOf | FunctionGet | CGlobal | CZero | CString
)  # fmt: skip

Statement: TypeAlias = (
    Assign | SetField | InitPlace | Store | Evaluate | If | While | ForRange | ForEach | Break | Continue
    | Return | Raise | Try | With | Delete | Unsafe
)  # fmt: skip

Node: TypeAlias = Expression | Statement
