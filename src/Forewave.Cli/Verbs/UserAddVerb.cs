using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user add</c>.</summary>
internal static class UserAddVerb
{
    private static readonly Argument<UserName> User = UserArguments.Name();
    private static readonly Option<AccessGrant[]> Grants = UserArguments.GrantOption();
    private static readonly Option<bool> Operator = new("--operator") { Description = "all rights on everything; the first user of all needs it" };
    private static readonly Option<bool> NoPassword = new("--no-password") { Description = "only tokens let this user in" };
    private static readonly Option<string?> PasswordFile = NewPassword.FileOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("add", "Make a user; from the first one on nobody is let in without being one") { User, Grants, Operator, NoPassword, PasswordFile, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        string? file = parsed.GetValue(PasswordFile);
        bool isByTokenOnly = parsed.GetValue(NoPassword);
        if (isByTokenOnly && file is not null)
            throw new UsageException("--no-password and --new-password-file contradict each other");
        List<AccessGrant> grants = [.. parsed.GetValue(Grants) ?? []];
        if (parsed.GetValue(Operator))
            grants.Add(new AccessGrant(QueuePattern.Everything, AccessRights.All));
        string? password = isByTokenOnly ? null : await NewPassword.ReadAsync(file, stop);
        var user = await broker.Users.AddAsync(parsed.GetRequiredValue(User), password, grants, stop);
        EntryText.Print(parsed.GetValue(Json), writer => UserJson.Write(writer, user));
    }
}
