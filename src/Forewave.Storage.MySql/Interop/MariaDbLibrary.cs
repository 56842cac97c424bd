using System.Runtime.InteropServices;
using Forewave.Protocol;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// Finds and loads MariaDB Connector/C when it is first needed, so that a broker on files runs on a machine without it.
/// Thread-safe. A failure is not remembered: once the library is installed, the next try finds it.
/// </summary>
internal static unsafe class MariaDbLibrary
{
    /// <summary>The name that the imports carry; which file it is, is decided here.</summary>
    internal const string ImportName = "mariadb-connector-c";

    // Debian, Fedora and Alpine install the first; the second is there where only the development package was linked.
    private static readonly string[] FileNames = ["libmariadb.so.3", "libmariadb.so"];

    private static readonly Lock Gate = new();
    private static nint library;

    /// <summary>Loads the library unless it is loaded.</summary>
    /// <exception cref="StoreException">NativeLibraryMissing: with the line that installs it.</exception>
    internal static void Require()
    {
        lock (Gate)
        {
            if (library != 0)
            {
                return;
            }

            nint found = Load(FileNames);
            NativeLibrary.SetDllImportResolver(typeof(MariaDbLibrary).Assembly, (name, _, _) => name == ImportName ? found : 0);
            library = found;
            // Once in a process and before any connection: it is not thread-safe by itself.
            LibMariaDb.InitializeLibrary(0, null, null);
        }
    }

    /// <summary>Loads the first of these that is there.</summary>
    /// <exception cref="StoreException">None is.</exception>
    internal static nint Load(ReadOnlySpan<string> fileNames)
    {
        foreach (string name in fileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint found))
            {
                return found;
            }
        }

        throw new StoreException(
            ErrorCode.NativeLibraryMissing,
            $"The MySQL store needs MariaDB Connector/C ({fileNames[0]}), which is not installed. Debian and Ubuntu: apt-get install libmariadb3 · " +
            "Fedora: dnf install mariadb-connector-c · Alpine: apk add mariadb-connector-c");
    }
}
