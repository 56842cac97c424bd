using System.Runtime.InteropServices;

namespace Forewave.Storage.MySql.Interop;

/// <summary>Text that the library keeps, ended by a zero byte.</summary>
internal static unsafe class NativeText
{
    internal static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
