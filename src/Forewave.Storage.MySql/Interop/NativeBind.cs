using System.Runtime.InteropServices;

namespace Forewave.Storage.MySql.Interop;

/// <summary>struct st_mysql_bind of Connector/C 3.x on 64-bit Linux: 112 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal unsafe struct NativeBind
{
    /// <summary>Lengths in bytes: of the one value, or of each row's. In: parameters. Out: the length of the value, even if it did not fit.</summary>
    [FieldOffset(0)]
    internal ulong* Length;

    /// <summary>Parameter: 1 when it is NULL (single values only). Result: out.</summary>
    [FieldOffset(8)]
    internal byte* IsNull;

    /// <summary>The value; for arrays of numbers the array, for all other arrays an array of pointers.</summary>
    [FieldOffset(16)]
    internal void* Buffer;

    /// <summary>Out: the value did not fit.</summary>
    [FieldOffset(24)]
    internal byte* Error;

    /// <summary>Arrays: one byte for each row, 1 when it is NULL.</summary>
    [FieldOffset(32)]
    internal sbyte* Indicators;

    /// <summary>Room in the buffer of a result, in bytes.</summary>
    [FieldOffset(64)]
    internal ulong BufferBytes;

    [FieldOffset(96)]
    internal NativeType Type;

    [FieldOffset(101)]
    internal byte IsUnsigned;
}
