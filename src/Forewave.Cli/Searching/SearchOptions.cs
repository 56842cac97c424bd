using System.CommandLine;
using Forewave.Cli.Verbs;

namespace Forewave.Cli.Searching;

/// <summary>What <c>find</c> and <c>browse</c> share.</summary>
internal sealed class SearchOptions
{
    private readonly Option<long> _max = Parsing.Count("--max", 100);
    private readonly Option<bool> _bodies = new("--bodies") { Description = "with bodies and headers" };
    private readonly Option<string?> _resume = new("--resume") { Description = "go on where an earlier one ended, with the same filter", HelpName = "TOKEN" };
    private readonly Option<bool> _json = ClientOptions.Json();

    /// <summary>Gives a command its options.</summary>
    public void AddTo(Command command)
    {
        _max.Description = "messages at most";
        command.Add(_max);
        command.Add(_bodies);
        command.Add(_resume);
        command.Add(_json);
    }

    /// <summary>What was given.</summary>
    public SearchPlan Read(ParseResult parsed) => new()
    {
        Most = parsed.GetValue(_max), Bodies = parsed.GetValue(_bodies), Resume = parsed.GetValue(_resume), Json = parsed.GetValue(_json),
    };
}
