namespace Forewave.Storage.MySql.Interop;

/// <summary>What a bound column holds on this side; the server converts from and to the table's type and refuses what does not fit.</summary>
internal enum ColumnType
{
    /// <summary>An unsigned number of up to 64 bits.</summary>
    Unsigned,

    /// <summary>A signed number of up to 64 bits.</summary>
    Signed,

    /// <summary>Bytes as they are: VARBINARY and BLOB of any size.</summary>
    Bytes,

    /// <summary>UTF-8 text: CHAR, VARCHAR and TEXT.</summary>
    Text,

    /// <summary>DATETIME in UTC, to the millisecond.</summary>
    Time,
}
