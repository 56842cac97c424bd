using System.Diagnostics;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// deploy/local-cluster with this build's program, on free ports, in a folder of its own. Disposing ends all that it started; so does
/// the end of this process, however that comes. For one test.
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Root = FindRoot();
    private static readonly string Script = Path.Combine(Root, "deploy", "local-cluster");

    // A database's socket is in it, whose path is short by law.
    private readonly string _folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"forewave-lc-{Guid.NewGuid():n}"[..20]);
    private readonly TemporaryFolder _files = new();
    private Process? _watch;

    /// <summary>The brokers, for clients.</summary>
    public string Servers { get; private set; } = "";

    /// <summary>ZooKeeper's servers.</summary>
    public string ZooKeeper { get; private set; } = "";

    /// <summary>A file of the test.</summary>
    public string PathOf(string name) => _files[name];

    /// <summary>The last lines of every log, for a failing test.</summary>
    public async Task<string> LogsAsync() => (await TryAsync("logs")).Output;

    public static async Task<LocalCluster> StartedAsync(params string[] options)
    {
        LocalCluster cluster = new();
        cluster.Watch();
        await cluster.DoAsync(["up", "--port", "free", .. options]);
        cluster.Servers = (await cluster.DoAsync("servers")).Trim();
        cluster.ZooKeeper = (await cluster.DoAsync("zookeeper")).Trim();
        return cluster;
    }

    /// <summary>Runs a verb that has to succeed; what it printed.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        ProgramResult result = await TryAsync(arguments);
        Assert.True(result.ExitCode == 0, $"local-cluster {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }

    /// <summary>Runs a verb to its end.</summary>
    public async Task<ProgramResult> TryAsync(params string[] arguments)
    {
        using Process process = Process.Start(Command(arguments))!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new ProgramResult { ExitCode = process.ExitCode, Bytes = System.Text.Encoding.UTF8.GetBytes(await output), Errors = await errors };
    }

    public async ValueTask DisposeAsync()
    {
        await DoAsync("down", "--remove");
        await _watch!.StandardInput.WriteLineAsync("ended");
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _files.Dispose();
    }

    // When this process is killed, its end of the pipe closes: then the cluster goes too.
    private void Watch()
    {
        ProcessStartInfo start = Command("sh", ["-c", "read line || \"$0\" down --remove", Script]);
        start.RedirectStandardOutput = start.RedirectStandardError = false;
        _watch = Process.Start(start);
    }

    private ProcessStartInfo Command(string[] arguments) => Command(Script, arguments);

    private ProcessStartInfo Command(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["LOCAL_CLUSTER_FOLDER"] = _folder;
        start.Environment["LOCAL_CLUSTER_FOREWAVE"] = $"dotnet exec {Path.Combine(AppContext.BaseDirectory, "forewave.dll")}";
        return start;
    }

    private static string FindRoot()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
