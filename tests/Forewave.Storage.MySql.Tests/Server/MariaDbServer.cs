using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>
/// A MariaDB of the tests' own: installed into a temporary folder, on a free port and a socket in that folder, ended by its
/// process id. The machine's own server, if there is one, is never touched. Temporary tables are in that folder too: a server that
/// starts deletes what it finds of them, another one's as well.
/// </summary>
public sealed class MariaDbServer : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // In memory where there is such a place: what the tests kill are processes, and every commit waits for a sync.
    private const string MemoryFolder = "/dev/shm";
    private const long MemoryBytes = 4L << 30;

    private readonly DirectoryInfo _folder = NewFolder();
    private int _databases;
    private Process? _process;
    private Process? _watch;

    internal TestCertificates Certificates { get; private set; } = null!;

    internal int Port { get; private set; }

    /// <summary>Options of each start, beside those that every server of the tests has.</summary>
    internal IReadOnlyList<string> Options { get; init; } = [];

    internal string Socket => Path.Combine(_folder.FullName, "s.sock");

    /// <summary>Root over the socket, without a password: for what a DBA does.</summary>
    internal ConnectionOptions Administrator => new() { Socket = Socket, User = "root", Tls = TlsMode.Off };

    /// <summary>The account of a broker, over the socket.</summary>
    internal ConnectionOptions Broker => Administrator with { User = "forewave", Password = "secret" };

    public async Task InitializeAsync()
    {
        Certificates = TestCertificates.WriteTo(_folder);
        await InstallAsync();
        await StartAsync();
        using Connection root = Connection.Open(Administrator);
        root.Execute("CREATE USER forewave@'%' IDENTIFIED BY 'secret'");
        root.Execute("GRANT ALL ON *.* TO forewave@'%'");
        // What an administrator may even where others may only read.
        root.Execute("REVOKE READ_ONLY ADMIN, SUPER ON *.* FROM forewave@'%'");
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A new, empty database, and how to get into it over the socket.</summary>
    internal ConnectionOptions NewDatabase()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        using Connection root = Connection.Open(Administrator);
        root.Execute($"CREATE DATABASE {name}");
        return new ConnectionOptions { Socket = Socket, User = "forewave", Password = "secret", Database = name, Tls = TlsMode.Off };
    }

    /// <summary>Names of databases that are not there yet.</summary>
    internal SchemaNames NewNames() => SchemaNames.Of($"store{Interlocked.Increment(ref _databases)}");

    /// <summary>The same database over TCP.</summary>
    internal ConnectionOptions OverTcp(ConnectionOptions options) => options with { Socket = null, Host = "localhost", Port = Port };

    /// <summary>Starts the server, on the port that it had if it had one, and waits until it takes connections.</summary>
    internal async Task StartAsync(params string[] options)
    {
        Port = Port == 0 ? FreePort() : Port;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        ProcessStartInfo start = Command("mariadbd",
        [
            "--no-defaults", $"--datadir={_folder.FullName}/data", $"--socket={Socket}", $"--port={Port}", "--bind-address=127.0.0.1",
            $"--pid-file={_folder.FullName}/pid", $"--tmpdir={_folder.FullName}", "--user=" + Environment.UserName, "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=128M",
            "--max-allowed-packet=80M", "--skip-name-resolve", .. Certificates.ServerOptions, .. Options, .. options,
        ]);
        _process = Process.Start(start)!;
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException(string.Join('\n', said)));
        _process.ErrorDataReceived += (_, line) =>
        {
            said.Add(line.Data ?? "");
            if (line.Data?.Contains("ready for connections", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        };
        _process.BeginErrorReadLine();
        Watch();
        await ready.Task.WaitAsync(StartTimeout);
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await EndAsync();
    }

    /// <summary>It answers nobody until it goes on; its connections stay.</summary>
    internal Task HaltAsync() => SignalAsync("-STOP");

    /// <summary>It goes on after <see cref="HaltAsync"/>.</summary>
    internal Task GoOnAsync() => SignalAsync("-CONT");

    /// <summary>Whether it was started, and not ended since.</summary>
    internal bool IsUp => _process is not null;

    /// <summary>Ends it politely.</summary>
    internal async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        await SignalAsync("-TERM");
        await EndAsync();
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task EndAsync()
    {
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        await _watch!.StandardInput.WriteLineAsync("ended");
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }

    // When this process is killed, its end of the pipe closes: then the server and its folder go too.
    private void Watch() => _watch = Process.Start(
        new ProcessStartInfo("sh", ["-c", "read line || { kill -9 $0; rm -rf \"$1\"; }", $"{_process!.Id}", _folder.FullName]) { RedirectStandardInput = true, UseShellExecute = false });

    private async Task InstallAsync()
    {
        ProcessStartInfo start = Command("mariadb-install-db",
        [
            "--no-defaults", $"--datadir={_folder.FullName}/data", "--auth-root-authentication-method=normal", "--skip-test-db",
            $"--tmpdir={_folder.FullName}", "--user=" + Environment.UserName, "--skip-name-resolve",
        ]);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(await output + await errors);
        }
    }

    // Debian keeps the server where the paths of ordinary users do not lead.
    private static ProcessStartInfo Command(string name, IEnumerable<string> arguments)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin", "/usr/bin"];
        string path = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{name} is not installed; ./test installs it: apt-get install mariadb-server");
        return new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = name != "mariadbd", UseShellExecute = false };
    }

    private static DirectoryInfo NewFolder()
    {
        if (!Directory.Exists(MemoryFolder) || new DriveInfo(MemoryFolder).AvailableFreeSpace < MemoryBytes)
        {
            return Directory.CreateTempSubdirectory("forewave-mysql-");
        }

        return Directory.CreateDirectory(Path.Combine(MemoryFolder, $"forewave-mysql-{Guid.NewGuid():n}"[..28]));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
