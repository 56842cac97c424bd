using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Forewave.Storage.Files.Disk.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// flock on an open file that carries the process id in decimal. The kernel gives the lock back when the process ends,
/// however it ends; the file stays, since deleting it would let two processes lock two files of one name.
/// </summary>
internal sealed class PosixLock : IDisposable
{
    // Always the same bytes of the file, so that it needs room once only.
    private const int ContentBytes = 16;

    private readonly PosixFile _file;

    private PosixLock(PosixFile file) => _file = file;

    /// <summary>Takes the lock or throws; on success the lock owns the file.</summary>
    internal static PosixLock Take(PosixFile file, SafeFileHandle handle)
    {
        int result;
        do
        {
            result = LibC.Lock(handle, LibC.LockExclusive | LibC.LockNonBlocking);
        }
        while (result != 0 && LibC.WasInterrupted);

        if (result != 0)
        {
            Errno errno = LibC.LastError;
            throw errno == Errno.WouldBlock
                ? DiskException.LockedBy(file.Path, ReadHolder(file))
                : new DiskException(DiskOperationKind.Lock, file.Path, errno);
        }

        WriteHolder(file);
        return new PosixLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHolder(PosixFile file)
    {
        string content = Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(ContentBytes - 1) + "\n";
        try
        {
            file.Write(0, Encoding.ASCII.GetBytes(content));
        }
        catch (DiskException error) when (error.Kind == DiskErrorKind.DiskFull)
        {
            // The lock holds without it, and a broker must start on a full disk for its consumers to drain. No id is
            // better than that of the process before.
            file.Truncate(0);
        }
    }

    private static int? ReadHolder(PosixFile file)
    {
        Span<byte> text = stackalloc byte[ContentBytes];
        int count = file.Read(0, text);
        return Utf8Parser.TryParse(text[..count], out int processId, out _) ? processId : null;
    }
}
