using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user remove</c>: prints nothing.</summary>
internal static class UserRemoveVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();

    public static Command Create() => new Command("remove", "Remove a user with its tokens; without any user nobody is asked who it is") { User }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        await broker.Users.RemoveAsync(parsed.GetRequiredValue(User), stop);
}
