using System.Globalization;

namespace Forewave.Server.Interop;

/// <summary>What the kernel calls a file in its list of locks.</summary>
/// <param name="Device">Two numbers in hexadecimal, each of two digits at least: <c>fe:01</c>.</param>
/// <param name="Inode">Its inode.</param>
internal readonly record struct FileNumbers(string Device, ulong Inode)
{
    private const int WorkingFolder = -100;
    private const uint InodeMask = 0x100;

    /// <summary>Of a file; null when it cannot be looked at.</summary>
    public static FileNumbers? Of(string path) => LibC.Stat(WorkingFolder, path, 0, InodeMask, out var stat) == 0
        ? new FileNumbers(string.Create(CultureInfo.InvariantCulture, $"{stat.DeviceMajor:x2}:{stat.DeviceMinor:x2}"), stat.Inode)
        : null;
}
