using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Users;

/// <summary>What is logged of users: event ids 4900 to 4949. Names and counts; never secrets, nor what they are checked by.</summary>
internal static partial class UserLog
{
    /// <summary>The category.</summary>
    public const string Category = "Forewave.Users";

    [LoggerMessage(4900, LogLevel.Information, "User {User} was made, changed or removed: there are {Users}")]
    public static partial void Changed(ILogger logger, string user, int users);

    [LoggerMessage(4901, LogLevel.Warning,
        "The broker has users, and --insecure is still set: when the last user is removed, other hosts may do everything. Take it away")]
    public static partial void InsecureIsLeft(ILogger logger);
}
