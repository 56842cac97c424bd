using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user revoke</c>.</summary>
internal static class UserRevokeVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Argument<AccessGrant[]> Grants = UserArguments.Grants();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("revoke", "Take rights from a user: from grants on just these queues") { User, Grants, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var user = await broker.Users.RevokeAsync(parsed.GetRequiredValue(User), parsed.GetRequiredValue(Grants), stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
