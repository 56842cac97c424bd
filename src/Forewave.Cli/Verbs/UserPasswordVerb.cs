using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user password</c>.</summary>
internal static class UserPasswordVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Option<string?> PasswordFile = NewPassword.FileOption();
    private static readonly Option<bool> NoPassword = new("--no-password") { Description = "take the password away: only tokens let this user in" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("password", "Set the password of a user; one's own needs no further right") { User, PasswordFile, NoPassword, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        string? file = parsed.GetValue(PasswordFile);
        bool isTakenAway = parsed.GetValue(NoPassword);
        if (isTakenAway && file is not null)
            throw new UsageException("--no-password and --new-password-file contradict each other");
        string? password = isTakenAway ? null : await NewPassword.ReadAsync(file, stop);
        var user = await broker.Users.SetPasswordAsync(parsed.GetRequiredValue(User), password, stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
