"""The staff's pages in the AdminSite."""
