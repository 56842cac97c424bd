using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user grant</c>.</summary>
internal static class UserGrantVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Argument<AccessGrant[]> Grants = UserArguments.Grants();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("grant", "Give a user rights") { User, Grants, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var user = await broker.Users.GrantAsync(parsed.GetRequiredValue(User), parsed.GetRequiredValue(Grants), stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
