namespace Forewave.Storage.MySql.Interop;

/// <summary>enum enum_field_types: how a bound buffer is to be understood.</summary>
internal enum NativeType
{
    /// <summary>64 bits.</summary>
    LongLong = 8,

    /// <summary><see cref="NativeTime"/>.</summary>
    DateTime = 12,

    /// <summary>Bytes, at most 16 MiB as a column; as a parameter of any length.</summary>
    Blob = 252,

    /// <summary>Text in the connection's character set.</summary>
    Text = 254,
}
