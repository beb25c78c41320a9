"""Why a docker command failed: what its message means, what is in the way, where it is taught."""
