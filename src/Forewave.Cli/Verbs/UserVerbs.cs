using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave user</c>.</summary>
internal static class UserVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("user", "Users, what they may do, and their tokens")
    {
        UserListVerb.Create(), UserAddVerb.Create(), UserShowVerb.Create(), UserRemoveVerb.Create(), UserPasswordVerb.Create(),
        UserGrantVerb.Create(), UserRevokeVerb.Create(),
        new Command("token", "Tokens of users") { UserTokenAddVerb.Create(), UserTokenRevokeVerb.Create() },
    };
}
