namespace Forewave.Integration.Tests.Processes;

/// <summary>What a process did.</summary>
internal sealed record CliResult
{
    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required string Errors { get; init; }

    /// <summary>For the messages of assertions.</summary>
    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
