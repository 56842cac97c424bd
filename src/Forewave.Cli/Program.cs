using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Forewave.Cli.Output;
using Forewave.Cli.Verbs;
using Forewave.Protocol;

namespace Forewave.Cli;

/// <summary><c>forewave</c>: results on stdout, all else on stderr; exit 0 done, 1 failed, 2 wrong usage.</summary>
internal static class Program
{
    // Read by the runtime when it makes its first socket: what a socket brings is worked on by the thread that waited for it.
    private const string InlineSockets = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    // An argument that begins with @ is an argument, not the name of a file with arguments.
    internal static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    private static async Task<int> Main(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(InlineSockets) is null)
            Environment.SetEnvironmentVariable(InlineSockets, "1");
        var root = Root();
        var parsed = root.Parse(arguments, Configuration);
        if (parsed.Action is ParseErrorAction or null)
            return Usage(parsed);
        using TerminationSignals signals = new();
        try
        {
            CredentialOptions.Use(parsed);
            InvocationConfiguration invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, signals.Token);
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync($"forewave: {wrong.Message}");
            return ExitCode.WrongUsage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(signals.Token.IsCancellationRequested ? "forewave: interrupted" : "forewave: no answer in time");
            return ExitCode.Failed;
        }
        catch (ForewaveException failure)
        {
            await Console.Error.WriteLineAsync($"forewave: {failure.Message}");
            return ExitCode.Of(failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"forewave: {failure.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>All verbs.</summary>
    internal static RootCommand Root()
    {
        var root = Verbs();
        foreach (var option in CredentialOptions.All)
            root.Add(option);
        return root;
    }

    private static RootCommand Verbs() => new("Forewave, a durable message queue: exit 0 done, 1 failed, 2 wrong usage")
    {
        ServeVerb.Create(),
        PublishVerb.Create(),
        ConsumeVerb.Create(),
        QueueVerbs.Create(),
        GroupVerbs.Create(),
        DeadVerbs.Create(),
        MessageVerbs.Create(),
        RecurringVerbs.Create(),
        TransactionVerbs.Create(),
        ClusterVerbs.Create(),
        BackupVerbs.Create(),
        RestoreVerb.Create(),
        DoctorVerb.Create(),
        WireVerb.Create(),
        UserVerbs.Create(),
        ConfigVerbs.Create(),
        DrainVerb.Create(),
        UpgradeVerbs.Create(),
        BenchVerbs.Create(),
    };

    private static int Usage(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
            Console.Error.WriteLine("forewave: a verb is missing");
        foreach (string problem in Problems(parsed))
            Console.Error.WriteLine($"forewave: {problem}");
        Console.Error.WriteLine($"forewave: see {NameOf(parsed)} --help");
        return ExitCode.WrongUsage;
    }

    /// <summary>What is wrong with the arguments.</summary>
    internal static IEnumerable<string> Problems(ParseResult parsed) => parsed.Errors.Select(Text);

    // With the name of the option or argument that is wrong, which most texts leave to be guessed.
    private static string Text(ParseError error)
    {
        string? name = error.SymbolResult switch
        {
            ArgumentResult { Parent: OptionResult option } => option.Option.Name,
            OptionResult option => option.Option.Name,
            ArgumentResult argument => argument.Argument.Name,
            _ => null,
        };
        return name is null || error.Message.Contains(name, StringComparison.Ordinal) ? error.Message : $"{name}: {error.Message}";
    }

    private static string NameOf(ParseResult parsed)
    {
        string name = "";
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
            name = $"{at.Command.Name} {name}";
        return name.Trim();
    }
}
