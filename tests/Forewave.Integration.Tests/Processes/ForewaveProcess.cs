using System.Diagnostics;
using System.Text;

namespace Forewave.Integration.Tests.Processes;

/// <summary>The command line of this build in a process of its own. Disposing kills it, by its pid.</summary>
internal sealed class ForewaveProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ForewaveProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What it prints.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>What it reads.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it said on standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts it.</summary>
    public static ForewaveProcess Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "forewave.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        return new ForewaveProcess(Process.Start(start) ?? throw new InvalidOperationException("forewave did not start"));
    }

    /// <summary>Runs a command to its end; fails the test when that is not an exit code of 0.</summary>
    public static async Task<string> RunAsync(TimeSpan timeout, params string[] arguments)
    {
        await using ForewaveProcess process = Start(arguments);
        process.Input.Close();
        return await process.EndAsync(timeout);
    }

    /// <summary>Waits for its end; fails the test when that is not an exit code of 0. Returns what it printed.</summary>
    public async Task<string> EndAsync(TimeSpan timeout)
    {
        string printed = await Output.ReadToEndAsync().WaitAsync(timeout);
        await _process.WaitForExitAsync().WaitAsync(timeout);
        Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}: {printed}{Errors}");
        return printed;
    }

    /// <summary>Copies the bytes that it prints to a file, as they come; completes at its end.</summary>
    public async Task CopyOutputAsync(string path)
    {
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Output.BaseStream.CopyToAsync(file);
    }

    /// <summary>Asks it to end, as Ctrl-C does, and waits until it has.</summary>
    public async Task InterruptAsync()
    {
        ProcessStartInfo interrupt = new("kill", ["-INT", $"{_process.Id}"]) { UseShellExecute = false };
        using Process asking = Process.Start(interrupt) ?? throw new InvalidOperationException("kill did not start");
        await asking.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    /// <summary>Kills it with -9 and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Note(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
        }
    }
}
