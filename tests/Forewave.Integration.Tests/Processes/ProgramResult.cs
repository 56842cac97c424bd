namespace Forewave.Integration.Tests.Processes;

/// <summary>What a program did from its start to its end.</summary>
internal sealed record ProgramResult
{
    public required int ExitCode { get; init; }

    /// <summary>What it printed.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>What it printed, as UTF-8.</summary>
    public string Output => System.Text.Encoding.UTF8.GetString(Bytes);

    /// <summary>What it said on stderr.</summary>
    public required string Errors { get; init; }

    /// <summary>For the messages of assertions.</summary>
    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
