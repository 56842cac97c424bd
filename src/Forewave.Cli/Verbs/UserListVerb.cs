using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user list</c>.</summary>
internal static class UserListVerb
{
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("list", "All users, by name") { Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var users = await broker.Users.ListAsync(stop);
        if (parsed.GetValue(Json))
        {
            JsonResult.PrintList(users, UserJson.Write);
            return;
        }
        TextTable table = new("USER", "PASSWORD", "TOKENS", "GRANTS");
        foreach (var user in users)
            table.Add(user.Name.Value, user.HasPassword ? "yes" : "no", $"{user.Tokens.Count}", string.Join(' ', user.Grants));
        table.Print();
    }
}
