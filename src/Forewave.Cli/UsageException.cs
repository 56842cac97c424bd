namespace Forewave.Cli;

/// <summary>The arguments do not fit together; the message says which. Exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
