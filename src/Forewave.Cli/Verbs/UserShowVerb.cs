using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user show</c>.</summary>
internal static class UserShowVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "One user, its grants and tokens") { User, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var user = await broker.Users.ShowAsync(parsed.GetRequiredValue(User), stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
