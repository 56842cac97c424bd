using System.Diagnostics;

namespace Forewave.Integration.Tests.Processes;

/// <summary>
/// A program of this build in a process of its own. Disposing kills it, by its id, if it still runs. Its stderr is kept, the
/// newest lines of it, for the messages of failed assertions.
/// </summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private const int MaxErrorLines = 200;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();
    private readonly Task _readingErrors;

    private ProgramProcess(Process process)
    {
        _process = process;
        _readingErrors = ReadErrorsAsync();
    }

    /// <summary>What it prints.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>What it reads.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What the system says of it.</summary>
    public ProcessFiles Files => new(_process.Id);

    /// <summary>What it said on stderr so far; all of that once it was waited for.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return string.Join('\n', _errors);
        }
    }

    /// <summary>Starts <c>forewave</c>.</summary>
    public static ProgramProcess Start(params string[] arguments) => StartProgram("forewave.dll", arguments);

    /// <summary>Starts <c>forewave</c> with variables of its environment besides those of the test's.</summary>
    public static ProgramProcess StartWith(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("forewave.dll", arguments, environment);

    /// <summary>Starts a program of this build.</summary>
    public static ProgramProcess StartProgram(string assembly, params string[] arguments) => Start(assembly, arguments, new Dictionary<string, string>());

    private static ProgramProcess Start(string assembly, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ProgramProcess(Process.Start(start) ?? throw new InvalidOperationException($"{assembly} did not start"));
    }

    /// <summary>Runs <c>forewave</c> to its end, without an input.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync(ReadOnlyMemory<byte>.Empty, arguments);

    /// <summary>Runs <c>forewave</c> to its end, with an input.</summary>
    public static async Task<ProgramResult> RunAsync(ReadOnlyMemory<byte> input, params string[] arguments)
    {
        await using var process = Start(arguments);
        var ending = process.EndAsync();
        await process.FeedAsync(input);
        return await ending;
    }

    /// <summary>Gives it all its input.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> input)
    {
        try
        {
            await Input.BaseStream.WriteAsync(input);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: its exit code tells.
        }
    }

    /// <summary>Waits for its end, and reads what it prints until then.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        using MemoryStream bytes = new();
        await Output.BaseStream.CopyToAsync(bytes);
        return new ProgramResult { ExitCode = await WaitAsync(), Bytes = bytes.ToArray(), Errors = Errors };
    }

    /// <summary>Waits for its end; its exit code.</summary>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        await _readingErrors;
        return _process.ExitCode;
    }

    /// <summary>Copies the bytes that it prints to a file, as they come; completes at its end.</summary>
    public async Task CopyOutputAsync(string path)
    {
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Output.BaseStream.CopyToAsync(file);
    }

    /// <summary>SIGINT, as Ctrl-C; its exit code.</summary>
    public Task<int> InterruptAsync() => SignalAsync("INT");

    /// <summary>SIGTERM; its exit code.</summary>
    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        await _readingErrors;
        _process.Dispose();
    }

    /// <summary>Sends it a signal, and does not wait for what it does then.</summary>
    public async Task SendAsync(string signal)
    {
        ProcessStartInfo start = new("kill", [$"-{signal}", $"{_process.Id}"]) { UseShellExecute = false };
        using var kill = Process.Start(start) ?? throw new InvalidOperationException("kill did not start");
        await kill.WaitForExitAsync();
    }

    private async Task<int> SignalAsync(string signal)
    {
        await SendAsync(signal);
        return await WaitAsync();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.Enqueue(line);
                if (_errors.Count > MaxErrorLines)
                    _errors.Dequeue();
            }
        }
    }
}
