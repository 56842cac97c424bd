namespace Forewave.Protocol;

/// <summary>The exception for a <c>default</c> id that was used as if it were one.</summary>
internal static class DefaultValue
{
    public static InvalidOperationException Used(string typeName) =>
        new($"a default {typeName} is no {typeName}; make one with its constructor or TryParse");
}
