using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// <c>forewave serve</c> in a process and a folder of its own, at free ports. Disposing ends it, by its pid, and removes the
/// folder. Its memory is read from /proc.
/// </summary>
public sealed class BrokerProcess : IAsyncLifetime
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("forewave-abuse-").FullName;
    private readonly Queue<string> _log = new();
    private Process? _process;

    /// <summary>Where it takes frames.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Its last log lines, for a failing test.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Memory that it has now.</summary>
    public long ResidentBytes => Status("VmRSS:");

    /// <summary>The most memory that it had since <see cref="ForgetPeak"/>.</summary>
    public long PeakBytes => Status("VmHWM:");

    /// <summary>Descriptors that it has open.</summary>
    public int OpenFiles => Directory.GetFileSystemEntries($"/proc/{Process.Id}/fd").Length;

    /// <summary>Hard limit of its open files.</summary>
    public int MaxOpenFiles => int.Parse(
        File.ReadLines($"/proc/{Process.Id}/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4].Replace("unlimited", "2147483647", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    private Process Process => _process ?? throw new InvalidOperationException("not started");

    /// <summary>Starts it and waits for its line.</summary>
    public async Task InitializeAsync()
    {
        _process = Start("forewave.dll", "serve", "--data", _folder, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log", "Warning");
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        string ready = await _process.StandardOutput.ReadLineAsync().WaitAsync(StartTime) ?? throw new InvalidOperationException($"it ended: {Log}");
        string listen = ready.Split(' ').Single(word => word.StartsWith("listen=", StringComparison.Ordinal));
        Address = IPEndPoint.Parse(listen["listen=".Length..]);
    }

    /// <summary>Ends it.</summary>
    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The next <see cref="PeakBytes"/> begins at what it has now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Process.Id}/clear_refs", "5");

    /// <summary>A program of this build in a process of its own; the caller ends it.</summary>
    internal static Process Start(string assembly, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = assembly == "forewave.dll",
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("not started");
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            if (line is not null)
                _log.Enqueue(line);
            if (_log.Count > 50)
                _log.Dequeue();
        }
    }

    private long Status(string field)
    {
        string line = File.ReadLines($"/proc/{Process.Id}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', '\t').Single(word => word.Length > 0 && char.IsDigit(word[0])), CultureInfo.InvariantCulture);
    }
}
