using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>What database servers of the tests' own have in common: a folder, a port, a process that ends with the tests.</summary>
internal sealed class ServerPrograms(string name) : IAsyncDisposable
{
    private const string MemoryFolder = "/dev/shm";
    private const long MemoryBytes = 2L << 30;
    private Process? _process;
    private Process? _watch;

    public DirectoryInfo Folder { get; } = NewFolder(name);

    public int Port { get; } = FreePort();

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(Command(program, arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {await output}{await errors}");
        }
    }

    /// <summary>Starts the server.</summary>
    public void Start(string program, params string[] arguments)
    {
        _process = Process.Start(Command(program, arguments))!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        // When this process is killed, its end of the pipe closes: then the server and its folder go too.
        _watch = Process.Start(new ProcessStartInfo("sh", ["-c", "read line || { kill -9 $0; while kill -0 $0 2>/dev/null; do sleep 0.1; done; rm -rf \"$1\"; }", $"{_process.Id}", Folder.FullName])
        {
            RedirectStandardInput = true, UseShellExecute = false,
        });
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        await _watch!.StandardInput.WriteLineAsync("ended");
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Folder.Delete(recursive: true);
    }

    private static ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        string[] folders =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin", "/usr/bin",
            .. Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [],
        ];
        string path = Path.IsPathRooted(program) ? program : folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{program} is not installed; ./test installs it: apt-get install mariadb-server postgresql");
        // PostgreSQL does not run as root, and nobody else is to own what the tests leave.
        bool isPostgres = program is "initdb" or "postgres" && Environment.UserName == "root";
        string[] all = isPostgres ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments] : [.. arguments];
        return new ProcessStartInfo(isPostgres ? "setpriv" : path, all) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" };
    }

    private static DirectoryInfo NewFolder(string name) => !Directory.Exists(MemoryFolder) || new DriveInfo(MemoryFolder).AvailableFreeSpace < MemoryBytes
        ? Directory.CreateTempSubdirectory($"forewave-{name}-")
        : Directory.CreateDirectory(Path.Combine(MemoryFolder, $"forewave-{name}-{Guid.NewGuid():n}"[..28]));

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
