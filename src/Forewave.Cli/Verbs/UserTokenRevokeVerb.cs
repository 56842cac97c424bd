using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user token revoke</c>.</summary>
internal static class UserTokenRevokeVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Argument<string> Token = new Argument<string>("TOKEN-ID").Saying("its id, as user show tells it; not the token");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("revoke", "Revoke a token: its holder is out within two seconds") { User, Token, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var user = await broker.Users.RevokeTokenAsync(parsed.GetRequiredValue(User), parsed.GetRequiredValue(Token), stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
