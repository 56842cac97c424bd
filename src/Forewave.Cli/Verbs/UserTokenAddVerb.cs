using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user token add</c>: prints the token, this once.</summary>
internal static class UserTokenAddVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Option<TimeSpan?> Expires = Parsing.OptionalDuration("--expires", ErrorCode.UserInvalid).Saying("let its holder in for so long, from 1s; else until it is revoked");
    private static readonly Option<string?> Note = Parsing.OptionalText("--note").Saying("what it is for, at most 64 bytes");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("add", "Make a token of a user; it is shown now and never again") { User, Expires, Note, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var expires = parsed.GetValue(Expires);
        if (expires < TimeSpan.FromSeconds(1))
            throw new UsageException("--expires: from 1s on");
        var token = await broker.Users.AddTokenAsync(parsed.GetRequiredValue(User), expires, parsed.GetValue(Note) ?? "", stop);
        if (parsed.GetValue(Json))
            JsonResult.Print(writer => UserJson.Write(writer, token));
        else
            await Console.Out.WriteLineAsync(token.Text);
    }
}
