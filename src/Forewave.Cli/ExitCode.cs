using Forewave.Protocol;

namespace Forewave.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>For a failure: what was asked for can never be right as it is (over HTTP a 400), or it went wrong.</summary>
    public static int Of(ForewaveException failure) =>
        ErrorTable.TryGet((uint)failure.Code, out var entry) && entry is { HttpStatus: 400, ClosesConnection: false } ? WrongUsage : Failed;
}
